import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { toBytes } from '../../../src/archive/writing.js';
import { ZipOutput } from '../../../src/archive/zip-writer.js';
import {
  checkOperators,
  inspectModule,
  inspectModuleSync,
  type ModuleInspection,
} from '../../../src/index.js';
import { fixture, manifest } from '../../fixtures/fixtures.js';
import { inFixtures } from '../../fixtures/folder.js';
import { caught, rejected } from '../caught.js';

describe('inspectModule', () => {
  it('tells what a module is', async () => {
    const mlp = await inspectModule(fixture('mlp'));
    expect(mlp).toMatchObject({
      format: 'torchscript',
      bytes: readFileSync(fixture('mlp')).byteLength,
      versions: { file: 3, bytecode: null },
      producer: 'PyTorch 2.1 or later',
      typeName: '__torch__.behaviours.Mlp',
      training: false,
      frozen: false,
      quantized: false,
      weightBytes: 1024 + 64 + 256 + 16,
      operators: ['aten::linear', 'aten::relu', 'aten::relu_'],
      methodCalls: ['forward'],
      customClasses: [],
      extraFiles: [],
      risks: [],
    });
    expect(mlp.parameters[0]).toEqual({
      name: 'fc1.weight',
      shape: [16, 16],
      dtype: 'float32',
      bytes: 1024,
      device: 'cpu',
      requiresGrad: true,
    });
    expect(mlp.methods).toEqual([
      {
        name: 'forward',
        args: [{ name: 'x', type: 'Tensor', hasDefault: false, kwOnly: false }],
        returns: 'Tensor',
      },
    ]);
  });

  it('says the same of a path, a URL and bytes, at once and later', async () => {
    const path = fixture('quantized-linear');
    const whole = inspectModuleSync(path);
    const bytes = readFileSync(path);
    expect(inspectModuleSync(bytes)).toEqual(whole);
    expect(await inspectModule(new Uint8Array(bytes).buffer)).toEqual(whole);
    expect(await inspectModule(pathToFileURL(path))).toEqual(whole);
    expect(await inspectModule(path)).toEqual(whole);
  });

  it('tells training, quantized and lite modules', () => {
    expect(inspectModuleSync(fixture('modes-training')).training).toBe(true);
    const quantized = inspectModuleSync(fixture('quantized-linear'));
    expect(quantized).toMatchObject({
      quantized: true,
      customClasses: ['quantized.LinearPackedParamsBase'],
      risks: [],
    });
    const lite = inspectModuleSync(fixture('lite.ptl'));
    expect(lite).toMatchObject({ format: 'lite', versions: { bytecode: 8 } });
    expect(lite.operators).toEqual(['aten::linear', 'aten::relu', 'aten::relu_']);
  });

  it('lists extra files', () => {
    const { extraFiles } = inspectModuleSync(fixture('extra-files'));
    expect([...extraFiles].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'blob.bin', bytes: 256 },
      { name: 'empty', bytes: 0 },
      { name: 'labels.txt', bytes: 17 },
    ]);
  });

  it('reads packed archives', () => {
    const { methods } = inspectModuleSync(inFixtures('crafted', 'deflated.pt'));
    expect(methods.map(({ name }) => name)).toEqual(['forward', '__getstate__', '__setstate__']);
  });

  it('tells of operators that write files, and of code that runs on loading', () => {
    expect(inspectModuleSync(inFixtures('crafted', 'plain.pt')).risks).toEqual([
      { kind: 'file-operator', detail: 'aten::save' },
      { kind: 'setstate', detail: '__torch__.Base' },
    ]);
    const [hidden] = inspectModuleSync(inFixtures('crafted', 'getattr.pt')).risks;
    expect(hidden?.kind).toBe('hidden-operators');
  });

  it('tells of operators that native code of others brings', () => {
    const path = fixture('unknown-operator.pt');
    const bytes = readFileSync(path)
      .toString('latin1')
      .replace('torchvision.nms', 'thirdpartys.abc');
    const given = Buffer.from(bytes, 'latin1');
    expect(inspectModuleSync(given).risks).toEqual([
      { kind: 'custom-operator', detail: 'thirdpartys::abc_missing' },
    ]);
  });

  it('finds no risk in what PyTorch wrote of harmless modules', () => {
    const found = Object.keys(manifest.modules).filter(
      (name) => inspectModuleSync(fixture(name)).risks.length > 0,
    );
    expect(found).toEqual([]);
  });

  const refused: readonly (readonly [string, string])[] = [
    ['state-dict.pt', 'ERR_NOT_A_MODULE'],
    ['legacy.pt', 'ERR_NOT_A_MODULE'],
    ['model.safetensors', 'ERR_NOT_A_MODULE'],
    ['model.onnx', 'ERR_NOT_A_MODULE'],
    ['text.pt', 'ERR_NOT_A_MODULE'],
    ['empty.pt', 'ERR_NOT_A_MODULE'],
    ['directory.pt', 'ERR_NOT_A_MODULE'],
    ['archive.zip', 'ERR_NOT_A_MODULE'],
    ['flatbuffer.ptl', 'ERR_FLATBUFFER_REFUSED'],
    ['truncated.pt', 'ERR_LOAD_FAILED'],
    ['broken-pickle.pt', 'ERR_LOAD_FAILED'],
    ['missing-weight.pt', 'ERR_LOAD_FAILED'],
  ];
  it.each(refused)('refuses %s with %s, naming the file', async (name, code) => {
    const now = caught(() => inspectModuleSync(fixture(name)));
    const later = await rejected(inspectModule(fixture(name)));
    expect(now).toMatchObject({ name: 'LoadError', code });
    expect(later.message).toBe(now.message);
    expect(now.message).toContain(name);
  });

  it('refuses what would take too much memory', () => {
    const inspect = (name: string, bytes: Uint8Array): string => {
      const records = [
        { name: 'a/constants.pkl', bytes: Buffer.from('\x80\x02).', 'latin1') },
        { name: 'a/data.pkl', bytes: Buffer.from('N.') },
      ].filter((record) => record.name !== name);
      const archive = toBytes(new ZipOutput([...records, { name, bytes }]));
      return caught(() => inspectModuleSync(archive)).message;
    };
    expect(inspect('a/code/a.py', Buffer.alloc(2 ** 23 + 1))).toContain('too large to inspect');
    expect(inspect('a/data.pkl', Buffer.alloc(2 ** 21, '}'))).toContain('containers and objects');
    expect(inspect('a/data.pkl', Buffer.alloc(2 ** 25 + 1))).toContain('at most 33554432');
  });

  it('refuses paths without a file, and wrong arguments in its own name', async () => {
    expect(caught(() => inspectModuleSync('missing.pt')).code).toBe('ERR_FILE_NOT_FOUND');
    expect((await rejected(inspectModule('missing.pt'))).code).toBe('ERR_FILE_NOT_FOUND');
    const wrong = await rejected(inspectModule(5 as unknown as string));
    expect(wrong).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    expect(wrong.message).toContain('inspectModule: expected a path');
  });
});

describe('checkOperators', () => {
  const inspection = inspectModuleSync(fixture('mlp'));
  const quantized = inspectModuleSync(fixture('quantized-linear'));
  const refusal = (given: ModuleInspection, rules: Parameters<typeof checkOperators>[1]): string =>
    caught(() => checkOperators(given, rules)).message;

  it('lets a module pass that keeps the rules', () => {
    checkOperators(inspection, {});
    checkOperators(inspection, { allow: ['aten::*'] });
    checkOperators(inspection, { allow: ['aten::linear', 'aten::relu', 'aten::relu_'] });
    checkOperators(inspection, { deny: ['aten::save', 'quantized::*'] });
  });

  it('lists what is not allowed, and what is denied all the same', () => {
    const found = caught(() => checkOperators(inspection, { allow: ['aten::linear'] }));
    expect(found).toMatchObject({ name: 'LoadError', code: 'ERR_OPERATOR_DENIED' });
    expect(found.message).toBe(
      'checkOperators: __torch__.behaviours.Mlp uses operators that are not allowed:' +
        '\n  aten::relu\n  aten::relu_',
    );
    expect(refusal(inspection, { allow: ['aten::*'], deny: ['aten::relu'] })).toMatch(
      /:\n {2}aten::relu$/,
    );
  });

  it('takes custom classes for operators of their namespace', () => {
    checkOperators(quantized, { allow: ['aten::*', 'prim::*', 'quantized::*'] });
    const named = quantized.operators.filter((name) => name.startsWith('quantized::'));
    expect(refusal(quantized, { allow: ['aten::*', 'prim::*', ...named] })).toContain(
      '\n  quantized::LinearPackedParamsBase',
    );
  });

  it('takes a method of a value for the operator of that name', () => {
    for (const name of ['method', 'method-alias']) {
      const crafted = inspectModuleSync(inFixtures('crafted', `${name}.pt`));
      expect(refusal(crafted, { allow: ['aten::neg'] })).toMatch(/aten::detach_|may be any/);
    }
    checkOperators(inspectModuleSync(inFixtures('crafted', 'base.pt')), { allow: ['aten::neg'] });
  });

  it.each([
    [{ allow: 'aten::add' }, 'ERR_INVALID_ARG_TYPE'],
    [{ deny: ['add'] }, 'ERR_INVALID_ARG_VALUE'],
    [{ deny: ['aten::add.Tensor'] }, 'ERR_INVALID_ARG_VALUE'],
    [{ allow: [5] }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses rules such as %j', (rules, code) => {
    const found = caught(() => checkOperators(inspection, rules as never));
    expect(found).toMatchObject({ name: 'TypeError', code });
  });
});
