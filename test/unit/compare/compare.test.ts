import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type CompareProgress,
  compareModules,
  jit,
  loadModule,
  type ModuleComparison,
  memoryUsage,
  ones,
  randn,
  ScriptError,
  type Tensor,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { rejected } from '../caught.js';
import { errorsAlone, model } from './models.js';

const inputs = (...shape: number[]): Tensor[] => Array.from({ length: 3 }, () => randn(shape));

describe('compareModules', () => {
  it('finds no error between a module and its copies', async () => {
    using resnet = await loadModule(fixture('resnet'));
    using clone = await resnet.clone();
    const found = await compareModules(resnet, clone, inputs(2, 3, 32, 32), errorsAlone);
    expectTypeOf(found).toEqualTypeOf<ModuleComparison>();
    expect(found).toMatchObject({ passed: true, differences: [], atol: 1e-4, rtol: 1e-5 });
    expect(found.errors).toMatchObject({ elements: 60, maxAbsoluteError: 0, top1Agreement: 1 });
    expect(found.inputs.map(({ input, passed }) => [input, passed])).toEqual([
      [0, true],
      [1, true],
      [2, true],
    ]);
  });

  it('finds the error that a changed weight makes, and the input that shows it most', async () => {
    using reference = model('return x * self.w');
    using other = model('return x * self.w', 'Tensor', [1.25]);
    const given = [ones([4]), ones([4]).mul(8), ones([4]).mul(2)] as Tensor[];
    const found = await compareModules(reference, other, given, errorsAlone);
    expect(found.passed).toBe(false);
    expect(found.errors).toMatchObject({ maxAbsoluteError: 2, maxRelativeError: 0.25 });
    expect(found.errors.meanAbsoluteError).toBe((0.25 + 2 + 0.5) / 3);
    expect(found.outputs).toEqual([{ output: '', ...found.errors, worstInput: 1 }]);
    expect(found.inputs[2]).toMatchObject({ input: 2, maxAbsoluteError: 0.5, worstOutput: '' });
    const wide = await compareModules(reference, other, given, { ...errorsAlone, rtol: 0.3 });
    expect(wide.passed).toBe(true);
  });

  it('gives a model in float16 its own inputs, and judges dtypes only when asked to', async () => {
    using full = await loadModule(fixture('mlp'));
    using half = await full.clone();
    await half.to('float16');
    const options = {
      ...errorsAlone,
      atol: 0.02,
      otherInputs: (args: unknown[]) => (args as Tensor[]).map((x) => x.to('float16')),
    };
    const found = await compareModules(full, half, inputs(5, 16), options);
    expect(found.passed).toBe(true);
    expect(found.errors.maxAbsoluteError).toBeGreaterThan(0);
    expect(found.differences).toEqual([
      {
        kind: 'dtype',
        output: '',
        input: 0,
        inputs: 3,
        counts: false,
        reference: 'float32 [5, 4]',
        other: 'float16 [5, 4]',
      },
    ]);
    const strict = await compareModules(full, half, inputs(5, 16), {
      ...options,
      checkDtype: true,
    });
    expect(strict.passed).toBe(false);
  });

  it('compares scripted, frozen and lite modules, as instances, files and bytes', async () => {
    const file = fixture('resnet');
    using scripted = await loadModule(file);
    const frozen = await jit.freeze(scripted);
    const bytes = await scripted.toLiteBytes();
    using lite = await loadModule(bytes, { format: 'lite' });
    const given = inputs(1, 3, 32, 32);
    for (const other of [frozen, lite, bytes]) {
      const found = await compareModules(file, other, given, errorsAlone);
      expect(found.passed).toBe(true);
      expect(found.reference.name).toBe('resnet.pt');
      expect(found.other.name).toBeNull();
    }
    const found = await compareModules(scripted, bytes, given, errorsAlone);
    expect([found.reference.format, found.other.format]).toEqual(['torchscript', 'lite']);
    expect(found.other.sizeBytes).toBe(bytes.byteLength);
    expect(found.reference.sizeBytes).toBe((await scripted.toBytes()).byteLength);
  });

  it('leaves inputs and memory as they were', async () => {
    using reference = model('return x.add_(1)');
    const x = ones([3]);
    const before = memoryUsage().tensors;
    const found = await compareModules(reference, reference, [[x], x], {
      iterations: 2,
      memory: false,
    });
    expect(found).toMatchObject({ passed: true, errors: { elements: 6 } });
    expect(x.toArray()).toEqual([1, 1, 1]);
    expect(memoryUsage().tensors).toBe(before);
  });

  it('reads generators one input at a time, runs any method, and reports progress', async () => {
    using digits = await loadModule(fixture('echo'));
    const steps: CompareProgress[] = [];
    async function* made() {
      for (let value = 0; value < 3; value++) yield [value] as const;
    }
    const found = await compareModules(digits, digits, made(), {
      method: 'int_',
      iterations: 2,
      memory: false,
      onProgress: (step) => steps.push(step),
    });
    expect(found.passed).toBe(true);
    expect(steps.map(({ phase, done, total }) => `${phase} ${done}/${total}`)).toEqual([
      'outputs 1/null',
      'outputs 2/null',
      'outputs 3/null',
      'latency 1/2',
      'latency 2/2',
    ]);
  });

  it('says which module failed, for which input, with the code of the failure', async () => {
    using fine = model('return x + 1');
    using raises = await loadModule(fixture('raises'));
    const given = [ones([1])];
    const { error, code, message } = await rejected(
      compareModules(fine, raises, given, errorsAlone),
    );
    expect([error instanceof ScriptError, code]).toEqual([true, 'ERR_SCRIPT_RAISED']);
    expect((error as ScriptError).pythonClass).toBe('builtins.ValueError');
    expect(message).toMatch(/^compareModules: other, inputs\[0\]: /);
    const gone = await rejected(compareModules(fine, 'no-such.pt', given, errorsAlone));
    expect(gone.code).toBe('ERR_FILE_NOT_FOUND');
    expect(gone.message).toMatch(/^compareModules: other: /);
  });

  it('says where results are of a kind that has no figures', async () => {
    using sparse = model('return x.to_sparse()');
    const { code, message } = await rejected(
      compareModules(sparse, sparse, [ones([2, 2])], errorsAlone),
    );
    expect(code).toBe('ERR_NOT_IMPLEMENTED');
    expect(message).toMatch(/^compareModules: the results of inputs\[0\] cannot be compared: /);
  });

  it('refuses wrong arguments', async () => {
    using fine = model('return x + 1');
    const wrong = async (...args: unknown[]): Promise<unknown> => {
      return (await rejected(compareModules(...(args as Parameters<typeof compareModules>)))).code;
    };
    const given = [ones([1])];
    expect(await wrong(fine, fine, [])).toBe('ERR_INVALID_ARG_VALUE');
    expect(await wrong(fine, fine, ones([1]))).toBe('ERR_INVALID_ARG_TYPE');
    expect(await wrong(fine, fine, [3])).toBe('ERR_INVALID_ARG_TYPE');
    expect(await wrong(fine, {}, given)).toBe('ERR_INVALID_ARG_TYPE');
    expect(await wrong(fine, fine, given, { atol: -1 })).toBe('ERR_OUT_OF_RANGE');
    expect(await wrong(fine, fine, given, { tolerance: 1 })).toBe('ERR_UNKNOWN_ARGUMENT');
    expect(await wrong(fine, fine, given, { method: 'other' })).toBe('ERR_NO_METHOD');
    expect(await wrong(fine, fine, given, { otherInputs: () => 3 })).toBe('ERR_INVALID_ARG_TYPE');
    const gone = model('return x');
    gone.dispose();
    expect(await wrong(fine, gone, given)).toBe('ERR_DISPOSED');
  });

  it('ends with the reason of its signal', async () => {
    using fine = model('return x + 1');
    const abort = new AbortController();
    const reason = new Error('enough');
    const running = compareModules(fine, fine, inputs(2), {
      ...errorsAlone,
      signal: abort.signal,
      onProgress: () => abort.abort(reason),
    });
    expect((await rejected(running)).error).toBe(reason);
    const { signal } = abort;
    expect((await rejected(compareModules(fine, fine, inputs(2), { signal }))).error).toBe(reason);
  });
});
