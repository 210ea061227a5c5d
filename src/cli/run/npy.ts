/**
 * NumPy's .npy files, versions 1 to 3 (numpy.lib.format): a magic, the length of a header, the header
 * as a Python dict, the elements.
 */
import { UsageError } from '../failure.js';
import type { DType, Tensor, Torch } from '../torch.js';

const MAGIC = '\x93NUMPY';
const ALIGNMENT = 64;
const LONGEST_HEADER = 2 ** 20;

const dtypeOf: Readonly<Record<string, DType>> = {
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
};

/** What the head of a .npy file says. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly itemsize: number;
  /** The first dimension is the one whose elements lie side by side. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly dataAt: number;
}

function bad(where: string, what: string): Error {
  return new Error(`${where}: ${what}`);
}

/** Length of the header, and where it begins. */
function placeOf(bytes: Uint8Array, where: string): { at: number; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(6, bytes.length));
  if (head.toString('latin1') !== MAGIC) throw bad(where, 'is no .npy file');
  if (bytes.length < 12) throw bad(where, 'the .npy file is cut off');
  const major = bytes[6]!;
  if (major < 1 || major > 3) throw bad(where, `.npy version ${major} is not known; 1 to 3 are`);
  return major === 1
    ? { at: 10, length: view.getUint16(8, true) }
    : { at: 12, length: view.getUint32(8, true) };
}

function readDType(descr: string, where: string): { dtype: DType; itemsize: number } {
  const [, order = '', kind = ''] = /^([<>|=]?)([a-z]\d+)$/.exec(descr) ?? [];
  const dtype = Object.hasOwn(dtypeOf, kind) ? dtypeOf[kind] : undefined;
  if (dtype === undefined) {
    const known = Object.values(dtypeOf).join(', ');
    throw bad(where, `elements of type '${descr}' are no tensor's; save one of ${known}`);
  }
  const itemsize = Number(kind.slice(1));
  if (order === '>' && itemsize > 1) {
    const way = `save it with array.astype('<${kind}')`;
    throw bad(where, `is big-endian ('${descr}'), which is not read; ${way}`);
  }
  return { dtype, itemsize };
}

/** Reads the head of a .npy file. */
export function readNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  const { at, length } = placeOf(bytes, where);
  if (length > LONGEST_HEADER || at + length > bytes.length) {
    throw bad(where, 'the .npy file is cut off or damaged');
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, length).toString('utf8');
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (/'descr'\s*:\s*\[/.test(text)) throw bad(where, 'has fields; only plain arrays are tensors');
  if (descr === undefined || order === undefined || shape === undefined) {
    throw bad(where, 'its .npy header cannot be read');
  }
  const sizes = shape.match(/\d+/g)?.map(Number) ?? [];
  if (!sizes.every(Number.isSafeInteger)) throw bad(where, 'its shape is too large');
  return {
    ...readDType(descr, where),
    fortranOrder: order === 'True',
    shape: sizes,
    dataAt: at + length,
  };
}

/** The tensor that a .npy file holds. */
export function readNpy(torch: Torch, bytes: Uint8Array, where: string): Tensor {
  const { dtype, itemsize, fortranOrder, shape, dataAt } = readNpyHeader(bytes, where);
  const size = shape.reduce((product, one) => product * one, itemsize);
  if (dataAt + size > bytes.length) {
    const has = bytes.length - dataAt;
    throw bad(where, `[${shape.join(', ')}] of ${dtype} takes ${size} bytes, the file has ${has}`);
  }
  if (size === 0) return torch.zeros([...shape], { dtype });
  const data = bytes.slice(dataAt, dataAt + size);
  if (!fortranOrder) return torch.fromBuffer(data, { dtype, shape });
  const reversed = torch.fromBuffer(data, { dtype, shape: [...shape].reverse() });
  return reversed.permute(...shape.map((_, index) => shape.length - 1 - index)).contiguous();
}

/** A tensor as a .npy file, row-major; what NumPy has no type for as the next one it has. */
export function writeNpy(tensor: Tensor): Uint8Array {
  const descr = Object.entries(dtypeOf).find(([, dtype]) => dtype === tensor.dtype)?.[0];
  if (descr === undefined) {
    if (/^q/.test(tensor.dtype)) return writeNpy(tensor.dequantize() as Tensor);
    if (tensor.dtype === 'bfloat16') return writeNpy(tensor.to('float32'));
    throw new UsageError(`.npy has no ${tensor.dtype}: write a .pt file`);
  }
  const plain = tensor.cpu().contiguous();
  const { buffer, byteOffset, byteLength } = plain.toTypedArray() as Uint8Array;
  const order = descr.endsWith('1') && descr.length === 2 ? '|' : '<';
  const sizes = plain.shape.join(', ') + (plain.shape.length === 1 ? ',' : '');
  const text = `{'descr': '${order}${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const padded = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const head = Buffer.alloc(10);
  head.write(`${MAGIC}\x01\x00`, 'latin1');
  head.writeUInt16LE(padded, 8);
  const data = Buffer.from(buffer, byteOffset, byteLength);
  return Buffer.concat([head, Buffer.from(`${text.padEnd(padded - 1)}\n`, 'latin1'), data]);
}
