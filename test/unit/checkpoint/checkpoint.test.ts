import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  arange,
  type CheckpointValue,
  type DType,
  dtypes,
  eye,
  float,
  full,
  load,
  loadModuleSync,
  loadStateDict,
  loadStateDictSync,
  loadSync,
  memoryUsage,
  ones,
  save,
  saveSync,
  saveToBytes,
  saveToBytesSync,
  type Tensor,
  tensor,
  UnknownObject,
  zeros,
} from '../../../src/index.js';
import { operator } from '../../../src/tensor/operators.js';
import { fixture } from '../../fixtures/fixtures.js';
import { inFixtures, scratchFolder } from '../../fixtures/folder.js';
import { caught, rejected } from '../caught.js';

type Dict = Record<string, Tensor>;
const plainDTypes = dtypes.filter((dtype) => !dtype.startsWith('q'));

/** A value after it was written and read. */
function again<T>(value: T): T {
  return loadSync(saveToBytesSync(value as never)) as T;
}

describe('save and load', () => {
  it('keep values of every kind', () => {
    const value = {
      none: null,
      flags: [true, false],
      numbers: [0, -1, 255, 65536, 2 ** 31, 2 ** 53 - 1, 0.5, -0, 1e300, Number.NaN],
      bigints: [2n ** 63n, -(2n ** 100n)],
      texts: ['', 'Привет', 'a\0b', 'x'.repeat(100_000)],
      bytes: new Uint8Array([0, 128, 255]),
      complex: { re: 1, im: -2 },
      set: new Set([1, 'a']),
      map: new Map<unknown, unknown>([
        [1, 'one'],
        ['a', new Map()],
      ]),
      nested: [[], [[]], {}],
    };
    const back = again(value);
    expect(JSON.parse(JSON.stringify(back, replacer))).toEqual(
      JSON.parse(JSON.stringify(value, replacer)),
    );
    expect(Object.is(back.numbers[7], -0)).toBe(true);
    expect(again({ f: float(2), u: undefined })).toEqual(
      Object.assign(Object.create(null), { f: 2, u: null }),
    );
  });

  it.each(plainDTypes)('keep tensors of %s', (dtype) => {
    const state: Dict = { t: zeros([2, 3], { dtype }), one: ones([], { dtype }) };
    const back = again(state);
    for (const name of ['t', 'one']) {
      expect(back[name]?.dtype).toBe(dtype);
      expect(back[name]?.equal(state[name]!)).toBe(true);
    }
  });

  it('keep shapes, strides and shared memory', () => {
    const base = arange(0, 24).reshape(4, 6);
    const back = again({ base, t: base.transpose(0, 1), same: base, empty: zeros([0, 3]) });
    expect(back.same).toBe(back.base);
    expect(back.t.stride).toEqual([1, 6]);
    expect(back.empty.shape).toEqual([0, 3]);
    back.base.copyFrom(new Float32Array(24).fill(7));
    expect(back.t.equal(full([6, 4], 7))).toBe(true);
  });

  it('write only the part of the memory that is used', () => {
    const big = zeros([1000, 1000]);
    const row = operator('aten::narrow')(big, 0, 500, 1);
    expect(saveToBytesSync([row]).byteLength).toBeLessThan(10_000);
    const back = again([row, big]);
    expect(back.map(({ storageOffset }) => storageOffset)).toEqual([500_000, 0]);
  });

  it('keep lists that are shared or contain themselves', () => {
    const list: unknown[] = [1];
    list.push(list);
    const back = again({ a: list, b: list }) as { a: unknown[]; b: unknown[] };
    expect(back.a).toBe(back.b);
    expect(back.a[1]).toBe(back.a);
  });

  it('work with files, at once and later, and replace what was there', async () => {
    const folder = scratchFolder();
    const file = path.join(folder, 'w.pth');
    writeFileSync(file, 'x'.repeat(100_000));
    await save({ weight: ones([2]) }, file);
    saveSync({ weight: ones([2]) }, path.join(folder, 'w2.pth'));
    expect(readFileSync(file).equals(readFileSync(path.join(folder, 'w2.pth')))).toBe(true);
    expect(Buffer.from(await saveToBytes({ weight: ones([2]) })).equals(readFileSync(file))).toBe(
      true,
    );
    const loaded = await load(file);
    expectTypeOf(loaded).toEqualTypeOf<CheckpointValue>();
    const { weight } = loaded as Dict;
    expect(weight?.toArray()).toEqual([1, 1]);
  });

  it('write safetensors where the path or the format says so', async () => {
    const folder = scratchFolder();
    const state = new Map<string, Tensor>([
      ['b', tensor([1, 2], { dtype: 'float16' })],
      ['a', eye(3).transpose(0, 1)],
      ['7', tensor([true])],
    ]);
    const file = path.join(folder, 'w.safetensors');
    await save(state, file);
    const other = path.join(folder, 'w');
    saveSync(Object.fromEntries(state), other, { format: 'safetensors' });
    expect(readFileSync(file).equals(readFileSync(other))).toBe(true);
    const back = loadStateDictSync(file);
    expect([...back.keys()].sort()).toEqual(['7', 'a', 'b']);
    for (const [name, value] of state) expect(back.get(name)?.equal(value)).toBe(true);
    saveSync([1], path.join(folder, 'v.safetensors'), { format: 'torch' });
    expect(loadSync(path.join(folder, 'v.safetensors'))).toEqual([1]);
  });

  it('do not leave memory behind, whether they end well or not', () => {
    const bytes = saveToBytesSync({ a: ones([1000]), b: [ones([10])] });
    const before = memoryUsage();
    for (const value of Object.values(loadSync(bytes) as Dict).flat()) value.dispose();
    expect(memoryUsage().tensors).toBe(before.tensors);
    const cut = Buffer.from(bytes);
    cut.writeUInt32LE(0, cut.indexOf('archive/data/1') - 30);
    expect(caught(() => loadSync(cut)).code).toBe('ERR_LOAD_FAILED');
    expect(memoryUsage().tensors).toBe(before.tensors);
  });

  it('restore what needs gradients', () => {
    const state = again(loadModuleSync(fixture('mlp')).namedParameters());
    expect(state.get('fc1.weight')?.requiresGrad).toBe(true);
  });
});

function replacer(this: unknown, _: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Number.isNaN(value) ? 'nan' : value;
  if (value instanceof Map) return { map: [...value] };
  if (value instanceof Set) return { set: [...value] };
  return value;
}

describe('load', () => {
  it('gives null-prototype objects for dicts of names, Maps for others', () => {
    const checkpoint = loadSync(fixture('checkpoint.pt')) as Record<string, CheckpointValue>;
    expect(Object.getPrototypeOf(checkpoint)).toBe(null);
    expect([checkpoint.epoch, checkpoint.model instanceof Map]).toEqual([3, true]);
  });

  it('refuses classes without meaning, or gives records of them', async () => {
    const found = await rejected(load(fixture('pickled-module.pt')));
    expect(found).toMatchObject({ name: 'TorchError', code: 'ERR_UNSUPPORTED_VALUE' });
    expect(found.message).toContain('behaviours.Mlp');
    const record = loadSync(fixture('pickled-module.pt'), { allowUnknownClasses: true });
    expect(record).toBeInstanceOf(UnknownObject);
    const { className, state } = record as UnknownObject;
    expect(className).toBe('behaviours.Mlp');
    const modules = (state as Record<string, Record<string, UnknownObject>>)._modules;
    expect(modules).toBeDefined();
  });

  const refused: readonly (readonly [string, string])[] = [
    ['mlp', 'ERR_UNSUPPORTED_FORMAT'],
    ['model.onnx', 'ERR_UNSUPPORTED_FORMAT'],
    ['arrays.npz', 'ERR_UNSUPPORTED_FORMAT'],
    ['empty.pt', 'ERR_UNSUPPORTED_FORMAT'],
    ['truncated.pt', 'ERR_LOAD_FAILED'],
  ];
  it.each(refused)('refuses %s with %s', async (name, code) => {
    expect(caught(() => loadSync(fixture(name))).code).toBe(code);
    expect((await rejected(load(fixture(name)))).code).toBe(code);
  });

  it('refuses damaged safetensors', () => {
    const make = (header: string, data = 8): Uint8Array => {
      const bytes = Buffer.alloc(8 + header.length + data);
      bytes.writeBigUInt64LE(BigInt(header.length));
      bytes.write(header, 8);
      return bytes;
    };
    const entry = (dtype: string, shape: unknown, offsets: unknown): Uint8Array =>
      make(JSON.stringify({ w: { dtype, shape, data_offsets: offsets } }));
    expect(loadSync(entry('F32', [2], [0, 8]))).toBeInstanceOf(Map);
    const bad = [
      entry('F32', [3], [0, 8]),
      entry('F32', [2], [8, 16]),
      entry('F32', [2], [8, 0]),
      entry('F32', [-2], [0, 8]),
      entry('F32', 'x', [0, 8]),
      entry('F32', [2 ** 53, 2 ** 53], [0, 8]),
      make('{"w":5}'),
      make('{"w"'),
      make('{}').fill(0xff, 0, 4),
    ];
    for (const bytes of bad) {
      expect(caught(() => loadSync(bytes)).code).toMatch(/^ERR_(LOAD_FAILED|UNSUPPORTED_FORMAT)$/);
    }
    expect(caught(() => loadSync(entry('F8_E5M2', [8], [0, 8]))).code).toBe(
      'ERR_UNSUPPORTED_VALUE',
    );
  });

  it('refuses wrong options and sources', async () => {
    const wrong = { map: 'cpu' } as never;
    expect(caught(() => loadSync(fixture('tensor.pt'), wrong)).code).toBe('ERR_UNKNOWN_ARGUMENT');
    expect((await rejected(load(null as never))).message).toContain('load: expected a path');
    expect(caught(() => loadSync('missing.pth')).code).toBe('ERR_FILE_NOT_FOUND');
  });
});

describe('loadStateDict', () => {
  it('gives tensors by name, ready for a module', async () => {
    const model = loadModuleSync(fixture('mlp'));
    const state = await loadStateDict(fixture('state-dict.pt'));
    expectTypeOf(state).toEqualTypeOf<Map<string, Tensor>>();
    await model.loadStateDict(state);
    expect(model.stateDict().get('fc2.bias')?.equal(state.get('fc2.bias')!)).toBe(true);
  });

  it('finds it in a checkpoint by key, and reads nothing else', async () => {
    const bytes = saveToBytesSync({ ema: { model: { w: ones([2]) } }, 'a.b': { v: ones([1]) } });
    const before = memoryUsage().tensors;
    const state = await loadStateDict(bytes, { key: 'ema.model' });
    expect([[...state.keys()], memoryUsage().tensors]).toEqual([['w'], before + 1]);
    expect([...loadStateDictSync(bytes, { key: 'a.b' }).keys()]).toEqual(['v']);
  });

  it('says where state dicts lie', async () => {
    const found = await rejected(loadStateDict(fixture('checkpoint.pt')));
    expect(found).toMatchObject({ name: 'LoadError', code: 'ERR_STATE_DICT' });
    expect(found.message).toContain("state dicts lie at key 'model'");
    const { message } = caught(() => loadStateDictSync(fixture('checkpoint.pt'), { key: 'no' }));
    expect(message).toContain("'no': expected a dict of tensors by name, got nothing");
    expect(caught(() => loadStateDictSync(fixture('pickled-module.pt'))).message).toContain(
      'whose class only Python has',
    );
    expect(caught(() => loadStateDictSync(fixture('tensor.pt'))).message).toContain('one tensor');
  });

  it('does not mind objects of other classes beside it', () => {
    const file = inFixtures('checkpoints', 'training.pt');
    expect(loadStateDictSync(file, { key: 'model' }).size).toBe(9);
  });
});

describe('save refuses', () => {
  const at = (value: unknown): string => caught(() => saveToBytesSync(value as never)).message;

  it('values that files do not hold, naming the place', () => {
    expect(at({ a: [1, () => 1] })).toContain('value.a[1]: expected tensors');
    expect(at({ a: { d: new Date(0) } })).toContain('value.a.d');
    expect(at(new Map([[{}, 1]]))).toContain('a key');
    expect(at([Symbol('x')])).toContain('value[0]');
    expect(at(2n ** 3000n)).toContain('a longer integer');
    let deep: unknown = 1;
    for (let i = 0; i < 2000; i++) deep = [deep];
    expect(at(deep)).toContain('1000 levels');
  });

  it('what safetensors does not have', () => {
    const to = (value: unknown): unknown =>
      caught(() => saveToBytesSync(value as never, { format: 'safetensors' })).code;
    expect(to([ones([1])])).toBe('ERR_INVALID_ARG_TYPE');
    expect(to({ a: 1 })).toBe('ERR_INVALID_ARG_TYPE');
    expect(to(new Map([[1, ones([1])]]))).toBe('ERR_INVALID_ARG_TYPE');
    expect(to({ a: zeros([1], { dtype: 'complex128' as DType }) })).toBe('ERR_UNSUPPORTED_VALUE');
    expect(to({ __metadata__: ones([1]) })).toBe('ERR_UNSUPPORTED_VALUE');
  });

  it('wrong formats and paths, before anything is written', async () => {
    const file = path.join(scratchFolder(), 'w.pth');
    const wrong = { format: 'onnx' } as never;
    expect(caught(() => saveSync([], file, wrong)).code).toBe('ERR_INVALID_ARG_VALUE');
    expect((await rejected(save([], ''))).code).toBe('ERR_INVALID_ARG_VALUE');
    expect((await rejected(save([() => 1] as never, file))).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(existsSync(file)).toBe(false);
    const nowhere = path.join(file, 'w.pth');
    expect((await rejected(save([], nowhere))).code).toBe('ERR_SAVE_FAILED');
    expect(caught(() => saveSync([], nowhere)).code).toBe('ERR_SAVE_FAILED');
  });

  it('tensors that were disposed', () => {
    const gone = ones([1]);
    gone.dispose();
    expect(caught(() => saveToBytesSync([gone])).code).toBe('ERR_DISPOSED');
  });
});
