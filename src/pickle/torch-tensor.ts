import { dtypeInfo, isDType } from '../tensor/dtype.js';
import { badPickle } from './byte-cursor.js';
import { otherItemsize } from './torch-names.js';
import {
  isPickledStorage,
  isPickledTensor,
  PickledDType,
  PickledGlobal,
  type PickledQuantizer,
  type PickledStorage,
  type PickledTensor,
} from './values.js';

const MOST_DIMENSIONS = 64;

/** Bytes of an element, of any dtype that PyTorch has. @internal */
export function itemsizeOf(dtype: string): number {
  return isDType(dtype) ? dtypeInfo(dtype).itemsize : otherItemsize(dtype);
}

/** Bytes of a storage. @internal */
export function storageBytes(storage: PickledStorage): number {
  return storage.count * (storage.dtype === null ? 1 : itemsizeOf(storage.dtype));
}

/** Elements of a shape. @internal */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Makes tensors of what pickles say about them, checking every number. @internal */
export class TensorRebuilder {
  private readonly where: string;

  constructor(where: string) {
    this.where = where;
  }

  private fail(what: string): never {
    throw badPickle(this.where, what);
  }

  private natural(value: unknown, what: string): number {
    const valid = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    return valid ? value : this.fail(`${what} of a tensor is no integer from 0`);
  }

  private sizes(value: unknown, what: string): number[] {
    if (!Array.isArray(value)) this.fail(`the ${what} of a tensor is no tuple`);
    if (value.length > MOST_DIMENSIONS) this.fail(`a tensor of ${value.length} dimensions`);
    return Array.from(value, (size: unknown) => this.natural(size, `the ${what}`));
  }

  private storage(value: unknown): PickledStorage {
    return isPickledStorage(value) ? value : this.fail('a tensor has no storage');
  }

  dtype(value: unknown): string {
    return value instanceof PickledDType ? value.name : this.fail('a tensor has no dtype');
  }

  /** storage, offset, size, stride, requires_grad, hooks, metadata */
  strided(args: readonly unknown[], dtype: string | null = null): PickledTensor {
    const storage = this.storage(args[0]);
    const metadata = args[6] instanceof Map ? args[6] : new Map<unknown, unknown>();
    const tensor: PickledTensor = {
      kind: 'tensor',
      storage,
      dtype: dtype ?? storage.dtype ?? 'uint8',
      offset: this.natural(args[1], 'the offset'),
      shape: this.sizes(args[2], 'size'),
      stride: this.sizes(args[3], 'stride'),
      requiresGrad: args[4] === true,
      conj: metadata.get('conj') === true,
      neg: metadata.get('neg') === true,
      quantizer: null,
    };
    return this.inside(tensor, storage);
  }

  /** storage, offset, size, stride, requires_grad, hooks, dtype, metadata */
  typed(args: readonly unknown[]): PickledTensor {
    const dtype = this.dtype(args[6]);
    return this.strided([...args.slice(0, 6), args[7]], dtype);
  }

  /** storage, offset, size, stride, quantizer, requires_grad, hooks */
  quantized(args: readonly unknown[]): PickledTensor {
    const tensor = this.strided([...args.slice(0, 4), args[5]]);
    return { ...tensor, quantizer: this.quantizer(args[4]) };
  }

  /** dtype, size, stride, requires_grad */
  meta(args: readonly unknown[]): PickledTensor {
    return {
      kind: 'tensor',
      storage: null,
      dtype: this.dtype(args[0]),
      offset: 0,
      shape: this.sizes(args[1], 'size'),
      stride: this.sizes(args[2], 'stride'),
      requiresGrad: args[3] === true,
      conj: false,
      neg: false,
      quantizer: null,
    };
  }

  private quantizer(value: unknown): PickledQuantizer {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [];
    const [scheme, scale, zeroPoint, axis] = parts;
    const known = (x: unknown): x is number | PickledTensor =>
      typeof x === 'number' || isPickledTensor(x);
    if (!(scheme instanceof PickledGlobal) || !known(scale) || !known(zeroPoint)) {
      this.fail('a quantized tensor has no quantizer');
    }
    return {
      scheme: scheme.name.replace(/^torch\./, ''),
      scale,
      zeroPoint,
      axis: axis === undefined ? null : this.natural(axis, 'the axis'),
    };
  }

  private inside(tensor: PickledTensor, storage: PickledStorage): PickledTensor {
    const { shape, stride, offset, dtype } = tensor;
    if (shape.length !== stride.length) this.fail('size and stride of a tensor differ in length');
    const empty = shape.includes(0);
    const last = empty ? -1 : shape.reduce((at, size, i) => at + (size - 1) * stride[i]!, offset);
    const held = storageBytes(storage);
    if ((last + 1) * itemsizeOf(dtype) > held) {
      this.fail(
        `a tensor of shape [${shape.join(', ')}] at ${offset} reaches beyond its storage ` +
          `'${storage.key.slice(0, 40)}' of ${held} bytes`,
      );
    }
    if (!Number.isSafeInteger(elementsOf(shape))) this.fail('a tensor is too large');
    return tensor;
  }
}
