/** .npy files between the command line and NumPy, which writes and reads them here. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { readNpy, writeNpy } from '../../src/cli/run/npy.js';
import { loadTorch, type Torch } from '../../src/cli/torch.js';
import { scratchFolder } from '../fixtures/folder.js';

const WRITE = `
import sys, numpy as np
from numpy.lib import format
folder = sys.argv[1]
values = np.array([[0, 1, 2], [3, 100, 5]])
for name in 'f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 c8 c16'.split():
    array = values.astype(name)
    np.save(f'{folder}/{name}.npy', array)
    np.save(f'{folder}/{name}-fortran.npy', np.asfortranarray(array))
    for version in (1, 2, 3):
        with open(f'{folder}/{name}-v{version}.npy', 'wb') as file:
            format.write_array(file, array, version=(version, 0))
np.save(f'{folder}/f4-scalar.npy', np.float32(5))
np.save(f'{folder}/f4-empty.npy', np.zeros((2, 0, 3), 'f4'))
np.save(f'{folder}/f4-one.npy', np.arange(5, dtype='f4'))
np.save(f'{folder}/f4-cube-fortran.npy', np.asfortranarray(np.arange(24, dtype='f4').reshape(2, 3, 4)))
np.save(f'{folder}/bad-big.npy', values.astype('>f4'))
np.save(f'{folder}/bad-object.npy', np.array([1, 'a', None], dtype=object))
np.save(f'{folder}/bad-text.npy', np.array(['a', 'bc']))
np.save(f'{folder}/bad-fields.npy', np.array([(1, 2.0)], dtype=[('x', 'i4'), ('y', 'f4')]))
`;

const READ = `
import json, sys, numpy as np
shown = {}
for path in sys.argv[1:]:
    array = np.load(path)
    assert array.flags.c_contiguous
    numbers = array.view(array.real.dtype) if np.iscomplexobj(array) else array
    shown[path] = [str(array.dtype), list(array.shape), numbers.astype('f8').ravel().tolist()]
print(json.dumps(shown))
`;

function python(code: string, ...args: string[]): string {
  const script = fileURLToPath(new URL('../../scripts/run-python.mjs', import.meta.url));
  return execFileSync(process.execPath, [script, '-c', code, ...args], { encoding: 'utf8' });
}

const dtypes = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
  c8: 'complex64',
  c16: 'complex128',
} as const;

let torch: Torch;
beforeAll(async () => {
  torch = await loadTorch();
});

describe('.npy files', () => {
  it('of NumPy are read in every dtype, version and order', () => {
    const folder = scratchFolder();
    python(WRITE, folder);
    const read = (name: string) => {
      const file = path.join(folder, `${name}.npy`);
      return readNpy(torch, readFileSync(file), file);
    };
    for (const [code, dtype] of Object.entries(dtypes)) {
      for (const kind of ['', '-fortran', '-v1', '-v2', '-v3']) {
        const got = read(code + kind);
        expect([got.dtype, got.shape, got.isContiguous]).toEqual([dtype, [2, 3], true]);
        const values = [0, 1, 2, 3, 100, 5];
        const expected = {
          bool: values.map((value) => value !== 0),
          complex: values.map((re) => ({ re, im: 0 })),
        };
        const flat = got.toArray() as unknown[][];
        expect(flat.flat()).toEqual(
          dtype === 'bool' ? expected.bool : /^complex/.test(dtype) ? expected.complex : values,
        );
      }
    }
    expect(read('f4-scalar').item()).toBe(5);
    expect(read('f4-empty').shape).toEqual([2, 0, 3]);
    expect(read('f4-one').toArray()).toEqual([0, 1, 2, 3, 4]);
    const cube = read('f4-cube-fortran');
    expect(cube.equal(torch.arange(24).reshape(2, 3, 4))).toBe(true);
    expect(() => read('bad-big')).toThrow(/big-endian .*astype\('<f4'\)/);
    expect(() => read('bad-object')).toThrow(/'\|O' are no tensor's/);
    expect(() => read('bad-text')).toThrow(/no tensor's/);
    expect(() => read('bad-fields')).toThrow(/has fields/);
  });

  it('of ours are read by NumPy in every dtype', () => {
    const folder = scratchFolder();
    const expected: Record<string, unknown> = {};
    const write = (name: string, tensor: ReturnType<Torch['tensor']>, shown: unknown): void => {
      const file = path.join(folder, `${name}.npy`);
      writeFileSync(file, writeNpy(tensor));
      expected[file] = shown;
    };
    for (const dtype of Object.values(dtypes)) {
      const tensor = torch.tensor([[1, 0, 3]]).to(dtype);
      const numbers = dtype === 'bool' ? [1, 0, 1] : [1, 0, 3];
      const flat = /^complex/.test(dtype) ? numbers.flatMap((one) => [one, 0]) : numbers;
      write(dtype, tensor, [dtype, [1, 3], flat]);
    }
    write('scalar', torch.tensor(2), ['float32', [], [2]]);
    write('one', torch.tensor([2]), ['float32', [1], [2]]);
    write('empty', torch.zeros([0, 2]), ['float32', [0, 2], []]);
    const turned = torch.arange(6).reshape(2, 3).transpose(0, 1);
    write('turned', turned, ['float32', [3, 2], [0, 3, 1, 4, 2, 5]]);
    write('bfloat16', torch.tensor([1.5]).to('bfloat16'), ['float32', [1], [1.5]]);
    expect(readdirSync(folder)).toHaveLength(Object.keys(expected).length);
    expect(JSON.parse(python(READ, ...Object.keys(expected)))).toEqual(expected);
  });
});
