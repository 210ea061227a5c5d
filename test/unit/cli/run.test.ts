import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { cli, json, printed } from './cli.js';

const digits = fileURLToPath(
  new URL('../../../examples/digits/digits-scripted.pt', import.meta.url),
);

interface Part {
  readonly at: string;
  readonly value: string | null;
  readonly tensor: {
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly min: number | null;
    readonly mean: number | null;
    readonly notFinite: number;
    readonly text: string | null;
  } | null;
}

interface Report {
  readonly timing: { readonly runs: number; readonly p50: number; readonly perSecond: number };
  readonly results: readonly {
    readonly file: string | null;
    readonly outputs: readonly Part[];
    readonly topK: readonly {
      readonly by: string;
      readonly top: readonly { readonly index: number; readonly label: string | null }[];
    }[];
    readonly times: readonly number[];
    readonly written: readonly string[];
  }[];
}

/** The parts of the one result. */
async function outputs(...args: string[]): Promise<readonly Part[]> {
  return (await json<Report>(['run', ...args])).results[0]!.outputs;
}

const echo = (method: string, input: string, ...more: string[]): Promise<readonly Part[]> =>
  outputs(fixture('echo'), '-m', method, '-i', input, ...more);

describe('run', () => {
  it('prints shapes, top-k with bars and timings', async () => {
    const text = await printed(['run', fixture('resnet'), '-i', 'random:2x3x32x32', '-n', '5']);
    expect(text).toMatch(/^ {2}x {2}float32 {2}\[2, 3, 32, 32\] /m);
    expect(text).toMatch(/^ {2}float32 {2}\[2, 10\] /m);
    expect(text).toMatch(/^Top 5, row 1 {2}softmax over 10 classes$/m);
    expect(text).toMatch(/%.*█/);
    expect(text).toMatch(/^Time {2}5 calls\n +load +first call +mean +p50 +p95 +throughput$/m);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('makes tensors from descriptions, the same ones from the same seed', async () => {
    const [zeros] = await echo('forward', 'zeros:2x3:int64');
    expect(zeros?.tensor).toMatchObject({ dtype: 'int64', shape: [2, 3], mean: 0 });
    const [scalar] = await echo('forward', 'ones:');
    expect(scalar?.tensor).toMatchObject({ shape: [], mean: 1 });
    const [first] = await echo('forward', 'random:4', '--seed', '7');
    const [second] = await echo('forward', 'random:4', '--seed', '7');
    const [other] = await echo('forward', 'random:4', '--seed', '8');
    expect(first?.tensor?.text).toBe(second?.tensor?.text);
    expect(first?.tensor?.text).not.toBe(other?.tensor?.text);
    const [tokens] = await echo('forward', 'random:64:int64:3', '--seed', '1');
    expect(tokens?.tensor).toMatchObject({ dtype: 'int64', min: 0, max: 2 });
  });

  it('reads values as the types of the arguments want them', async () => {
    const [tensor] = await echo('forward', '[[1, 2], [3, 4]]:int32');
    expect(tensor?.tensor).toMatchObject({ dtype: 'int32', shape: [2, 2], mean: 2.5 });
    expect((await echo('str_', 'a text'))[0]?.value).toBe('"a text"');
    expect((await echo('int_', '7'))[0]?.value).toBe('7');
    expect((await echo('optional_int', 'null'))[0]?.value).toBe('null');
    expect((await echo('list_str', '["a", "b"]'))[0]?.value).toBe('["a", "b"]');
    expect((await echo('dict_int_str', '{"1": "one"}'))[0]).toMatchObject({ at: '[1]' });
    const nested = await echo('tuple_nested', '[[1], [[2], [3]]]');
    expect(nested.map(({ at }) => at)).toEqual(['[0]', '[1][0]', '[1][1]']);
    const dict = await echo('dict_str_tensor', '{"a": [1], "b": [[2]]}');
    expect(dict.map(({ at, tensor: one }) => [at, one?.shape])).toEqual([
      ['.a', [1]],
      ['.b', [1, 1]],
    ]);
  });

  it('takes arguments by name', async () => {
    const parts = await outputs(
      fixture('arguments'),
      '-i',
      '[4]',
      '-i',
      'name=x',
      '-i',
      'scale=0.5',
    );
    expect(parts.map(({ value, tensor }) => tensor?.text ?? value)).toEqual([
      'tensor([2.])',
      '"x"',
      '[1, 2]',
      'false',
    ]);
  });

  it('counts what is not finite', async () => {
    const file = path.join(scratchFolder(), 'x.json');
    writeFileSync(file, '[1, 3, 1e999]');
    const [part] = await outputs(fixture('echo'), '-i', file);
    expect(part?.tensor).toMatchObject({ notFinite: 1, mean: 2 });
    expect(await printed(['run', fixture('echo'), '-i', file])).toContain('1 value not finite');
  });

  it('writes results that it reads again, in each format', async () => {
    const folder = scratchFolder();
    for (const name of ['y.npy', 'y.pt', 'deep/y.safetensors']) {
      const file = path.join(folder, name);
      const args = ['run', fixture('echo'), '-i', '[[1, 2, 4]]', '-o', file];
      const { results } = await json<Report>(args);
      expect(results[0]?.written).toEqual([file]);
      const [part] = await outputs(fixture('echo'), '-i', file);
      expect(part?.tensor?.text).toBe('tensor([[1., 2., 4.]])');
    }
    const many = path.join(folder, 'many.npy');
    const args = ['run', fixture('echo'), '-m', 'list_tensor', '-i', '[[1], [2]]', '-o', many];
    const { results } = await json<Report>(args);
    expect(results[0]?.written.map((file) => path.basename(file))).toEqual([
      'many.0.npy',
      'many.1.npy',
    ]);
  });

  it('names classes by a file, by one inside the model, or not at all', async () => {
    const folder = scratchFolder();
    const image = ['-i', 'random:1x8x8'];
    const labels = path.join(folder, 'words.txt');
    writeFileSync(labels, Array.from({ length: 10 }, (_, index) => `digit ${index}\n`).join(''));
    const named = await json<Report>(['run', digits, ...image, '--labels', labels, '-k', '3']);
    const top = named.results[0]!.topK[0]!.top;
    expect(top).toHaveLength(3);
    expect(top[0]?.label).toBe(`digit ${top[0]?.index}`);
    const index = path.join(folder, 'index.json');
    writeFileSync(index, '{"0": ["n0", "cat"], "1": ["n1", "dog"]}');
    const scores = ['run', fixture('echo'), '-i', '[[0.9, 0.1]]'];
    const json2 = await json<Report>([...scores, '--labels', index]);
    expect(json2.results[0]?.topK[0]).toMatchObject({
      by: 'probabilities',
      top: [{ label: 'cat' }, {}],
    });
    const own = ['run', fixture('extra-files'), '-i', 'ones:1x16'];
    expect(await printed(own)).toContain('собака');
    expect(await printed([...own, '-k', '0'])).not.toContain('Top');
    const missing = await cli([...own, '--labels', 'extra:nope.txt']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('it has: ');
  });

  it('says what is wrong with the command line, and ends with 2', async () => {
    const wrong: [args: string[], said: string][] = [
      [['mlp'], 'forward needs --input for x: Tensor'],
      [['mlp', '-i', 'nope.npy'], '--input nope.npy: no such file. Expected'],
      [['mlp', '-i', 'random:axb'], 'random:1x3x224x224'],
      [['mlp', '-i', 'ones:2:float99'], "no dtype is called 'float99'"],
      [['mlp', '-i', 'ones:1x16', '-i', 'ones:1'], 'forward takes only (x: Tensor)'],
      [['mlp', '-i', 'ones:1x16', '-m', 'backward'], 'it has: forward'],
      [['mlp', '-i', 'ones:1x16', '-o', 'y.txt'], '--output: expected a .npy'],
      [['mlp', '--batch', 'no/such/folder'], 'no such file or folder'],
      [['mlp', '-i', 'ones:1x16', '--size', '0'], 'Expected a size'],
    ];
    for (const [[model, ...args], said] of wrong) {
      const outcome = await cli(['run', fixture(model!), ...args]);
      expect(outcome).toMatchObject({ code: 2, stdout: '' });
      expect(outcome.stderr).toContain(said);
    }
  });

  it('says in a line what fails in the model, with its code and place', async () => {
    const outcome = await cli(['run', fixture('raises'), '-m', 'deep', '-i', '3', '-i', 'ones:2']);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    const [first, advice] = outcome.stderr.split('\n');
    expect(first).toMatch(
      /^error ERR_SCRIPT_FAILED: .*multiplied.* \(behaviours\.py:\d+ in mismatch\)$/,
    );
    expect(advice).toContain('--verbose');
    const verbose = await cli(['run', fixture('raises'), '-i', 'ones:2', '--verbose']);
    expect(verbose.stderr).toContain('Traceback of TorchScript');
    const device = await cli(['run', fixture('mlp'), '-i', 'ones:1x16', '-d', 'cuda:99']);
    expect(device.code).toBe(1);
    expect(device.stderr).toContain('ERR_DEVICE_UNAVAILABLE');
  });
});
