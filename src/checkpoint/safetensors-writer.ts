import type { Output, Piece } from '../archive/writing.js';
import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import { dtypeInfo } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { codeOfDType } from './safetensors-dtypes.js';
import { type SavedTensor, saveContiguous } from './saved-tensor.js';

function entriesOf(value: unknown, where: string): [string, Tensor][] {
  const dict = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!dict || value instanceof Tensor) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `${where}: safetensors holds a Map or object of tensors by name, got ${describe(value)}`,
    );
  }
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return entries.map(([name, tensor]) => {
    if (typeof name === 'string' && tensor instanceof Tensor) return [name, tensor];
    const got = typeof name === 'string' ? describe(tensor) : `the key ${describe(name)}`;
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `${where}: '${String(name)}': safetensors holds tensors by name alone, got ${got}`,
    );
  });
}

function codeOf(name: string, tensor: Tensor, where: string): string {
  const code = codeOfDType(tensor.dtype);
  if (code !== undefined && name !== '__metadata__') return code;
  const what = code === undefined ? `has no dtype ${tensor.dtype}` : 'keeps this name for itself';
  throw makeError('ERR_UNSUPPORTED_VALUE', `${where}: '${name}': safetensors ${what}`);
}

/** A safetensors file of tensors by name: those with larger elements first, so all are aligned. @internal */
export class SafetensorsOutput implements Output {
  readonly size: number;
  private readonly head: Uint8Array;
  private readonly tensors: readonly SavedTensor[];

  constructor(value: unknown, where: string) {
    const entries = entriesOf(value, where)
      .map(([name, tensor]) => ({
        name,
        tensor,
        code: codeOf(name, tensor, where),
        itemsize: dtypeInfo(tensor.dtype).itemsize,
      }))
      .sort((a, b) => b.itemsize - a.itemsize || (a.name < b.name ? -1 : 1));
    let at = 0;
    const tensors: SavedTensor[] = [];
    const header = new Map<string, unknown>([['__metadata__', { format: 'pt' }]]);
    for (const { name, tensor, code } of entries) {
      const saved = saveContiguous(tensor);
      const end = at + saved.end - saved.begin;
      header.set(name, { dtype: code, shape: saved.shape, data_offsets: [at, end] });
      tensors.push(saved);
      at = end;
    }
    // Not an object: JavaScript would bring names that are numbers to the front.
    const members = [...header].map((member) =>
      member.map((part) => JSON.stringify(part)).join(':'),
    );
    const json = Buffer.from(`{${members.join(',')}}`, 'utf8');
    const length = Math.ceil(json.byteLength / 8) * 8;
    this.head = new Uint8Array(8 + length).fill(0x20);
    new DataView(this.head.buffer).setBigUint64(0, BigInt(length), true);
    this.head.set(json, 8);
    this.tensors = tensors;
    this.size = this.head.byteLength + at;
  }

  *pieces(): Iterable<Piece> {
    yield { at: 0, bytes: this.head };
    let at = this.head.byteLength;
    for (const { buffer, begin, end } of this.tensors) {
      yield { at, bytes: new Uint8Array(buffer, begin, end - begin) };
      at += end - begin;
    }
  }
}
