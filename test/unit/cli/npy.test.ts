import { describe, expect, it } from 'vitest';
import { readNpyHeader } from '../../../src/cli/run/npy.js';

function npy(text: string, version = 1): Uint8Array {
  const head = Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([head, length, Buffer.from(text, 'latin1')]);
}

const header = (descr: string, order = 'False', shape = '(2, 3)'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('the header of a .npy file', () => {
  it('is read in each version', () => {
    for (const version of [1, 2, 3]) {
      const bytes = npy(header('<f4', 'True'), version);
      expect(readNpyHeader(bytes, 'x.npy')).toEqual({
        dtype: 'float32',
        itemsize: 4,
        fortranOrder: true,
        shape: [2, 3],
        dataAt: bytes.length,
      });
    }
    expect(readNpyHeader(npy(header('|u1', 'False', '(4L,)')), 'x').shape).toEqual([4]);
    expect(readNpyHeader(npy(header('|b1', 'False', '()')), 'x').shape).toEqual([]);
  });

  it.each([
    [npy(header('>i4')), /x\.npy: is big-endian \('>i4'\).*astype\('<i4'\)/],
    [npy(header('|O')), /elements of type '\|O' are no tensor's/],
    [npy(header('<f16')), /'<f16'/],
    [npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"), /has fields/],
    [npy(header('<f4'), 9), /version 9 is not known/],
    [npy('nothing'), /header cannot be read/],
    [npy(header('<f4', 'False', '(99999999999999999999,)')), /too large/],
    [npy(header('<f4')).subarray(0, 30), /cut off/],
    [npy(header('<f4')).subarray(0, 8), /cut off/],
    [Buffer.from('no array'), /is no \.npy file/],
    [Buffer.alloc(0), /is no \.npy file/],
  ])('is refused with its reason (%#)', (bytes, reason) => {
    expect(() => readNpyHeader(bytes, 'x.npy')).toThrow(reason);
  });
});
