import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDigit, readTestSplit } from '../../examples/digits/images.mjs';
import { fromBuffer, loadModule, type Tensor } from '../../src/index.js';

interface Facts {
  readonly accuracy: number;
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  readonly logits: readonly (readonly number[])[];
}

const folder = new URL('../../examples/digits/', import.meta.url);
const facts: Facts = JSON.parse(readFileSync(new URL('labels.json', folder), 'utf8'));
const test = readTestSplit();
const bytes = (): Tensor => fromBuffer(test.pixels, { shape: [test.count, 8, 8] });
const floats = (): Tensor =>
  fromBuffer(
    Float32Array.from(test.pixels, (byte) => byte / 255),
    { shape: [test.count, 1, 8, 8] },
  );
const load = (name: string) => loadModule(new URL(name, folder));

const best = (row: readonly number[]): number => row.indexOf(Math.max(...row));

describe('the digit classifiers', () => {
  it.each([
    ['digits-scripted.pt', bytes],
    ['digits-scripted.pt', floats],
    ['digits-traced.pt', floats],
  ] as const)('%s answers the whole test split as in Python', async (name, input) => {
    const model = await load(name);
    const logits = (await model.forward(input())).toArray() as number[][];
    const answers = logits.map(best);
    expect(answers).toEqual(facts.predicted);
    const right = answers.filter((answer, i) => answer === facts.labels[i]).length;
    expect(right / test.count).toBeCloseTo(facts.accuracy, 5);
    expect(right / test.count).toBeGreaterThanOrEqual(0.98);
    facts.logits.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(logits[i]![j]).toBeCloseTo(value, 4);
      });
    });
    model.dispose();
  });

  it('sharpens and flattens with temperature, and names the likeliest digits', async () => {
    const model = await load('digits-scripted.pt');
    const digit = readDigit(new URL('images/digit-3.png', folder));
    const image = fromBuffer(digit.pixels, { shape: [1, 8, 8] });
    const likeliest = async (temperature: number): Promise<number> => {
      const options = { kwargs: { temperature } };
      const shares = await model.run('probabilities', [image], options);
      return Math.max(...(shares.toTypedArray() as Float32Array));
    };
    expect(await likeliest(0.5)).toBeGreaterThan(await likeliest(5));
    const [ranking] = await model.run<[string, number][][]>('top', [image, 2]);
    expect(ranking).toHaveLength(2);
    expect(ranking![0]![0]).toBe('3');
    expect(model.attribute('labels')).toEqual([...'0123456789']);
    expect(Buffer.from(model.extraFiles['labels.json']!).toString()).toBe(
      JSON.stringify([...'0123456789']).replaceAll(',', ', '),
    );
    model.dispose();
  });

  it('refuse what is no digit, in the words of the model', async () => {
    const model = await load('digits-scripted.pt');
    const wide = fromBuffer(new Uint8Array(80), { shape: [1, 8, 10] });
    await expect(model.forward(wide)).rejects.toMatchObject({
      code: 'ERR_SCRIPT_RAISED',
      pythonClass: 'builtins.ValueError',
    });
    await expect(model.forward(wide)).rejects.toThrow('expected [n, 8, 8] or [n, 1, 8, 8]');
    model.dispose();
  });
});
