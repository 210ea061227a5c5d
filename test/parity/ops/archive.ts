/** Reads what `archive.py` wrote. */
import { createReadStream, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type DType, float, ops, type Tensor } from '../../../src/index.js';
import { native } from '../../../src/native/addon.js';
import { slice } from '../../../src/ops/slice.js';

type Encoded =
  | null
  | boolean
  | number
  | { readonly t: number; readonly g: number }
  | { readonly i: string }
  | { readonly f: number | string }
  | { readonly c: readonly [Encoded, Encoded] }
  | { readonly s: string }
  | { readonly slice: readonly [number | null, number | null, number | null] }
  | { readonly l: readonly Encoded[] };

/** One call of PyTorch's. */
export interface Call {
  /** The entry of the operator database that made it. */
  readonly entry: string;
  readonly dtype?: string;
  readonly kind: 'torch' | 'nn.functional' | 'linalg' | 'fft' | 'special' | 'ops' | 'method';
  readonly name: string;
  /** Names of the positional arguments, for functions of Python. */
  readonly names?: readonly string[];
  readonly args: readonly Encoded[];
  readonly kwargs: Readonly<Record<string, Encoded>>;
  readonly out: Encoded;
  /** Whether the elements of the results mean nothing. */
  readonly unwritten: boolean;
}

interface StoredTensor {
  readonly dtype: DType;
  readonly shape: number[];
  readonly stride: number[];
  readonly offset: number;
  readonly storage: readonly [offset: number, bytes: number];
  readonly conj: boolean;
  readonly neg: boolean;
}

const itemSizes: Partial<Record<DType, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
  complex64: 8,
  complex128: 16,
};

/** The calls in a folder, and their values. */
export class Archive {
  readonly #folder: string;
  readonly #tensors: readonly StoredTensor[];
  readonly #bytes: ArrayBuffer;

  constructor(folder: string) {
    this.#folder = folder;
    this.#tensors = JSON.parse(readFileSync(path.join(folder, 'tensors.json'), 'utf8'));
    const bytes = readFileSync(path.join(folder, 'storages.bin'));
    this.#bytes = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  }

  async *calls(name: string): AsyncGenerator<Call> {
    const input = createReadStream(path.join(this.#folder, `${name}.jsonl`));
    for await (const line of createInterface({ input })) yield JSON.parse(line) as Call;
  }

  /**
   * Values of one call: tensors that shared memory there share it here. Unless `plain`, an integral
   * float stays a float.
   */
  decoder(plain = false): (value: Encoded) => unknown {
    const storages = new Map<string, Tensor>();
    const decode = (value: Encoded): unknown => {
      if (value === null || typeof value !== 'object') return value;
      if ('t' in value) return this.#tensor(this.#tensors[value.t]!, value.g, storages);
      if ('i' in value) return BigInt(value.i);
      if ('s' in value) return value.s;
      if ('l' in value) return value.l.map(decode);
      if ('slice' in value) return slice(...value.slice);
      if ('c' in value) {
        const [re, im] = value.c.map((part) => Number((part as { f: number | string }).f));
        return { re, im };
      }
      const number = Number(String(value.f).replace('inf', 'Infinity').replace('nan', 'NaN'));
      return Number.isInteger(number) && !plain ? float(number) : number;
    };
    return decode;
  }

  #tensor(stored: StoredTensor, group: number, storages: Map<string, Tensor>): Tensor {
    const { dtype, shape, stride, offset, storage } = stored;
    const size = itemSizes[dtype];
    if (size === undefined) throw new Error(`no size of ${dtype}`);
    const key = `${group} ${dtype}`;
    let whole = storages.get(key);
    if (whole === undefined) {
      const [at, bytes] = storage;
      whole = native.tensor.fromData(this.#bytes, at, dtype, [Math.floor(bytes / size)]);
      storages.set(key, whole);
    }
    let tensor = ops.aten.as_strided(whole, shape, stride, offset);
    if (stored.conj) tensor = ops.aten._conj(tensor);
    if (stored.neg) tensor = ops.aten._neg_view(tensor);
    return tensor;
  }
}
