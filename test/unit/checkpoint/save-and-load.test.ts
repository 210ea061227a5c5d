import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  arange,
  type CheckpointValue,
  dtypes,
  eye,
  float,
  full,
  load,
  loadModuleSync,
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
  zeros,
} from '../../../src/index.js';
import { operator } from '../../../src/tensor/operators.js';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { caught } from '../caught.js';

type Dict = Record<string, Tensor>;
const plainDTypes = dtypes.filter((dtype) => !dtype.startsWith('q'));

/** A value after it was written and read. */
function again<T>(value: T): T {
  return loadSync(saveToBytesSync(value as never)) as T;
}

function replacer(this: unknown, _: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Number.isNaN(value) ? 'nan' : value;
  if (value instanceof Map) return { map: [...value] };
  if (value instanceof Set) return { set: [...value] };
  return value;
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
