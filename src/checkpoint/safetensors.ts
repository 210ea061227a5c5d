import { size64, viewOf } from '../archive/little-endian.js';
import { type ByteSource, type Reading, readAt, readInto } from '../archive/reading.js';
import { makeError } from '../make-error.js';
import { elementsOf, itemsizeOf } from '../pickle/torch-tensor.js';
import { OrderedDict, type PickledStorage, type PickledTensor } from '../pickle/values.js';
import type { CheckpointFile } from './file.js';
import { dtypeOfCode } from './safetensors-dtypes.js';

const LENGTH_SIZE = 8;
/** The limit of the format. */
const LONGEST_HEADER = 100_000_000;

function bad(source: ByteSource, what: string): Error {
  return makeError('ERR_LOAD_FAILED', `${source.name}: the safetensors file is damaged: ${what}`);
}

function isNatural(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function naturals(value: unknown): readonly number[] | null {
  return Array.isArray(value) && value.every(isNatural) ? value : null;
}

function rowMajor(shape: readonly number[]): number[] {
  const stride: number[] = new Array(shape.length);
  let step = 1;
  for (let i = shape.length; i-- > 0; step *= Math.max(1, shape[i]!)) stride[i] = step;
  return stride;
}

interface Placed {
  readonly tensor: PickledTensor;
  readonly at: number;
}

function readTensor(source: ByteSource, name: string, entry: unknown, from: number): Placed {
  const parts = (typeof entry === 'object' && entry !== null ? entry : {}) as {
    readonly dtype?: unknown;
    readonly shape?: unknown;
    readonly data_offsets?: unknown;
  };
  const shape = naturals(parts.shape);
  const offsets = naturals(parts.data_offsets);
  const shown = JSON.stringify(name.slice(0, 80));
  if (typeof parts.dtype !== 'string' || shape === null || offsets?.length !== 2) {
    throw bad(source, `${shown} has no dtype, shape and data_offsets`);
  }
  const dtype = dtypeOfCode(parts.dtype);
  if (dtype === undefined) {
    const code = parts.dtype.slice(0, 20);
    const message = `${source.name}: ${shown} has dtype ${code}, which tensors here do not have`;
    throw makeError('ERR_UNSUPPORTED_VALUE', message);
  }
  const [begin, end] = offsets as [number, number];
  const count = elementsOf(shape);
  if (end - begin !== count * itemsizeOf(dtype) || from + end > source.size) {
    throw bad(source, `${shown} of shape [${shape.join(', ')}] is not at ${begin} to ${end}`);
  }
  const storage: PickledStorage = { kind: 'storage', dtype, key: name, location: 'cpu', count };
  const tensor: PickledTensor = {
    kind: 'tensor',
    storage,
    dtype,
    offset: 0,
    shape,
    stride: rowMajor(shape),
    requiresGrad: false,
    conj: false,
    neg: false,
    quantizer: null,
  };
  return { tensor, at: from + begin };
}

function parseHeader(source: ByteSource, bytes: Uint8Array): [string, unknown][] {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw bad(source, 'its header is no JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw bad(source, 'its header is no JSON object');
  }
  return Object.entries(header).filter(([name]) => name !== '__metadata__');
}

/** Reads a safetensors file: a header in JSON, then the tensors. @internal */
export function* readSafetensors(source: ByteSource): Reading<CheckpointFile> {
  if (source.size < LENGTH_SIZE) throw bad(source, 'it is cut off');
  const length = size64(viewOf(yield* readAt(0, LENGTH_SIZE)), 0);
  const from = LENGTH_SIZE + length;
  if (length > LONGEST_HEADER || from > source.size) {
    throw bad(source, `a header of ${length} bytes`);
  }
  const value = new OrderedDict();
  const places = new Map<string, number>();
  for (const [name, entry] of parseHeader(source, yield* readAt(LENGTH_SIZE, length))) {
    const { tensor, at } = readTensor(source, name, entry, from);
    value.set(name, tensor);
    places.set(name, at);
  }
  return {
    value,
    sizeOf: ({ count, dtype }) => count * itemsizeOf(dtype ?? 'uint8'),
    fill: ({ key }, into) => readInto(places.get(key)!, into),
  };
}
