import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  backport,
  backportSync,
  checkCompatibility,
  checkCompatibilitySync,
  jit,
  type LiteModule,
  loadModule,
  loadModuleSync,
  ones,
  type ScriptModule,
  type Tensor,
  zeros,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { mobileFile } from '../../fixtures/mobile.js';
import { caught, rejected } from '../caught.js';

const lite = { format: 'lite' } as const;
const script = loadModuleSync(mobileFile('mlp.pt'));
const values = loadModuleSync(mobileFile('values.pt'));
afterAll(() => {
  script.dispose();
  values.dispose();
});

describe('saveLite', () => {
  it('writes what the lite interpreter runs, with extra files', async () => {
    const folder = scratchFolder();
    const file = path.join(folder, 'mlp.ptl');
    await script.saveLite(file, { extraFiles: { 'a.txt': 'ü' }, debugInfo: true });
    using model = await loadModule(file, lite);
    const x = ones([2, 16]);
    expect(model.forwardSync(x).equal(script.forwardSync(x))).toBe(true);
    expect(model.extraFiles['a.txt']?.toString()).toBe('ü');
    script.saveLiteSync(path.join(folder, 'sync.ptl'));
    using plain = loadModuleSync(readFileSync(path.join(folder, 'sync.ptl')), lite);
    expect(plain.extraFiles).toEqual({});
  });

  it('gives bytes, and flatbuffers', async () => {
    const bytes = await script.toLiteBytes();
    expect(bytes.byteLength).toBe(script.toLiteBytesSync().byteLength);
    using model = await loadModule(bytes, lite);
    expect(model.bytecodeVersion).toBe(8);
    const flat = await script.toLiteBytes({ container: 'flatbuffer' });
    expect((await rejected(loadModule(flat, lite))).code).toBe('ERR_FLATBUFFER_REFUSED');
    using fromFlat = await loadModule(flat, { ...lite, allowFlatbuffer: true });
    expect(fromFlat.bytecodeVersion).toBe(9);
    const weight = fromFlat.namedParameters().get('fc1.weight')!;
    fromFlat.dispose();
    expect(weight.equal(script.namedParameters().get('fc1.weight')!)).toBe(true);
  });

  it('bundles inputs of several methods', async () => {
    const bytes = await values.toLiteBytes({
      bundledInputs: {
        forward: [[ones([2])], [zeros([30, 2]), 5, ['n']]],
        mixed: [[true, 0.5, new Map([[1, 'one']])]],
      },
    });
    using model = await loadModule(bytes, lite);
    const calls = await model.bundledInputs();
    expect(calls.map((call) => call.length)).toEqual([3, 3]);
    expect((calls[1]![0] as Tensor).equal(zeros([30, 2]))).toBe(true);
    expect(calls[1]!.slice(1)).toEqual([5, ['n']]);
    expect(calls[0]!.slice(1)).toEqual([2, null]);
    expect(model.bundledInputsSync('mixed')).toEqual([[true, 0.5, new Map([[1, 'one']])]]);
    expect(model.bundledInputsSync('rows')).toEqual([]);
    expect(model.runSync('get_num_bundled_inputs')).toBe(2);
    expect(values.methods.map(({ name }) => name)).not.toContain('get_all_bundled_inputs');
    expect(await values.bundledInputs()).toEqual([]);
    for (const call of calls) expect(await model.run('forward', call as never)).toHaveLength(2);
  });

  it('refuses inputs that do not fit, and options that are none', async () => {
    const wrong = (bundledInputs: unknown): Promise<unknown> =>
      script.toLiteBytes({ bundledInputs } as never);
    const type = await rejected(wrong([['x']]));
    expect(type.code).toBe('ERR_INVALID_ARG_TYPE');
    expect(type.message).toContain('bundledInputs: forward[0]: argument');
    expect((await rejected(wrong([]))).message).toContain('got no call');
    expect((await rejected(wrong([ones([2, 16])]))).code).toBe('ERR_INVALID_ARG_TYPE');
    expect((await rejected(wrong({ backward: [[]] }))).code).toBe('ERR_NO_METHOD');
    expect((await rejected(wrong(3))).code).toBe('ERR_INVALID_ARG_TYPE');
    const options = { container: 'tar' } as never;
    expect((await rejected(script.toLiteBytes(options))).code).toBe('ERR_INVALID_ARG_VALUE');
    expect(caught(() => script.toLiteBytesSync({ debug: true } as never)).code).toBe(
      'ERR_UNKNOWN_ARGUMENT',
    );
    const nowhere = await rejected(script.saveLite('/nowhere/at/all.ptl'));
    expect(nowhere.code).toBe('ERR_SAVE_FAILED');
    expect((await rejected(script.saveLite(''))).message).toMatch(/^saveLite: /);
  });

  it('bundles once', async () => {
    const bytes = await script.toLiteBytes({ bundledInputs: [[ones([1, 16])]] });
    using again: ScriptModule = await loadModule(bytes, { format: 'torchscript' });
    const twice = again.toLiteBytes({ bundledInputs: [[ones([1, 16])]] });
    expect((await rejected(twice)).code).toBe('ERR_BUNDLED_INPUTS');
    expect(await again.bundledInputs()).toHaveLength(1);
  });

  it('leaves a module as it is, also while it runs', async () => {
    const x = ones([4, 16]);
    const before = script.forwardSync(x);
    const runs = Array.from({ length: 20 }, () => script.forward(x));
    const saved = script.toLiteBytes({ bundledInputs: [[x]] });
    for (const y of await Promise.all(runs)) expect(y.equal(before)).toBe(true);
    await saved;
    expect(script.methods).toHaveLength(1);
  });
});

describe('what was made in JavaScript', () => {
  it('runs in the lite interpreter', () => {
    using made = jit.compile('def forward(self, x: Tensor) -> Tensor:\n    return x @ self.w', {
      parameters: { w: ones([3, 2]) },
    });
    using model: LiteModule = loadModuleSync(made.toLiteBytesSync(), lite);
    expect(model.forwardSync(ones([1, 3])).toArray()).toEqual([[3, 3]]);
  });

  it('lets gradients flow to inputs, not to weights', () => {
    using model = loadModuleSync(mobileFile('mlp.ptl'), lite);
    const x = ones([1, 16]).requiresGrad_();
    model.forwardSync(x).sum().backward();
    expect(x.grad?.shape).toEqual([1, 16]);
    for (const weight of model.namedParameters().values()) expect(weight.requiresGrad).toBe(false);
  });
});

describe('backport', () => {
  it('says why it cannot be', async () => {
    const same = await rejected(backport(mobileFile('mlp.ptl'), 8));
    expect(same).toMatchObject({ name: 'TorchError', code: 'ERR_BACKPORT' });
    expect(same.message).toContain('of version 8, expected a version from 4 to 7, got 8');
    for (const version of [3, 9, -1, 1e12]) {
      expect(caught(() => backportSync(mobileFile('mlp.ptl'), version)).code).toBe('ERR_BACKPORT');
    }
    expect((await rejected(backport(mobileFile('mlp.ptl'), 4.5))).code).toBe(
      'ERR_INVALID_ARG_TYPE',
    );
    expect((await rejected(backport(fixture('flatbuffer.ptl'), 5))).message).toContain(
      'flatbuffer',
    );
    expect((await rejected(backport(mobileFile('mlp.pt'), 5))).code).toBe('ERR_NOT_A_MODULE');
    expect((await rejected(backport('/nowhere/none.ptl', 5))).code).toBe('ERR_FILE_NOT_FOUND');
  });

  it('takes bytes, which may change meanwhile', async () => {
    const bytes = new Uint8Array(readFileSync(mobileFile('mlp.ptl')));
    const pending = backport(bytes, 4);
    using model = loadModuleSync(await pending, lite);
    expect(model.bytecodeVersion).toBe(4);
  });
});

describe('checkCompatibility', () => {
  it('says what is missing, by name', async () => {
    const found = await checkCompatibility(mobileFile('missing-operators.ptl'));
    expect(found).toMatchObject({
      compatible: false,
      bytecodeVersion: 8,
      bytecodeVersions: [4, 9],
      missingOperators: ['aten::matmu0', 'aten::new_zero0'],
      missingClasses: [],
    });
    expect(found.problems).toEqual([
      'the operator aten::matmu0 is missing',
      'the operator aten::new_zero0 is missing',
    ]);
  });

  it('is content with what runs', () => {
    const { compatible, problems } = checkCompatibilitySync(mobileFile('quantized.ptl'));
    expect({ compatible, problems }).toEqual({ compatible: true, problems: [] });
  });

  it('refuses what is no lite module', async () => {
    expect((await rejected(checkCompatibility(mobileFile('mlp.pt')))).code).toBe(
      'ERR_UNSUPPORTED_FORMAT',
    );
    expect((await rejected(checkCompatibility(fixture('flatbuffer.ptl')))).code).toBe(
      'ERR_FLATBUFFER_REFUSED',
    );
  });
});
