import { describe, expect, it } from 'vitest';
import { expectDone, patience } from './child.js';

/** What the program says of each module: 'Unused: 1 quantized, 0 skipped, error 0.03, reloads with 0'. */
async function outcomesOf(pattern: string): Promise<Map<string, string>> {
  const { steps } = await expectDone('quantize-static', { args: [pattern], seconds: 150 });
  return new Map(
    steps.slice(0, -1).map((step) => {
      const [name = '', outcome = ''] = step.split(': ');
      return [name, outcome];
    }),
  );
}

const counts = (outcome = ''): string =>
  /^\d+ quantized, \d+ skipped/.exec(outcome)?.[0] ?? outcome;
const errorOf = (outcome: string): number => Number(/error ([\d.]+)/.exec(outcome)?.[1]);

describe('static quantization', () => {
  it(
    'stands hostile batches and callers, and workers that end',
    async () => {
      await expectDone('quantize-static-hostile', { seconds: 170 });
    },
    200_000 * patience,
  );
});

describe('static quantization of modules whose submodules the observer pass loses', () => {
  it('quantizes what it can, and says what it cannot', async () => {
    const outcomes = await outcomesOf('^(?!Random)');
    expect(Object.fromEntries([...outcomes].map(([name, text]) => [name, counts(text)]))).toEqual({
      Unused: '1 quantized, 0 skipped',
      InLoop: '2 quantized, 0 skipped',
      EarlyReturn: '2 quantized, 0 skipped',
      Break: '0 quantized, 2 skipped',
      MaybeMissing: '2 quantized, 0 skipped',
      Raises: '2 quantized, 0 skipped',
      Lists: '2 quantized, 0 skipped',
      Forked: '1 quantized, 0 skipped',
      Counting: '2 quantized, 0 skipped',
      InPlace: 'ERR_NOT_QUANTIZABLE',
      NamedPadding: '1 quantized, 1 skipped',
      Mixed: '1 quantized, 4 skipped',
      Attention: '1 quantized, 7 skipped',
      TransformerEncoder: '0 quantized, 18 skipped',
    });
    for (const outcome of outcomes.values()) {
      if (outcome.startsWith('ERR_')) continue;
      expect(errorOf(outcome)).toBeLessThan(0.1);
    }
  });

  it('stands branches, loops and returns at random', async () => {
    const outcomes = await outcomesOf('^Random');
    expect(outcomes.size).toBe(24);
    const refused = [...outcomes.keys()].filter((name) => outcomes.get(name)!.startsWith('ERR_'));
    expect(refused.map((name) => outcomes.get(name))).toEqual(['ERR_NOT_QUANTIZABLE']);
    for (const [name, outcome] of outcomes) {
      if (refused.includes(name)) continue;
      expect(`${name}: ${outcome}`).toMatch(/quantized, .* reloads with 0$/);
      expect(errorOf(outcome)).toBeLessThan(0.2);
    }
  });
});
