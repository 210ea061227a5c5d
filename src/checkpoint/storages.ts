import type { Reading } from '../archive/reading.js';
import { makeError } from '../make-error.js';
import type { PickledStorage, PickledTensor } from '../pickle/values.js';
import { type DType, dtypeInfo, isDType } from '../tensor/dtype.js';
import { operator } from '../tensor/operators.js';
import type { Tensor } from '../tensor/tensor.js';
import type { CheckpointFile } from './file.js';

const empty = operator('aten::empty.memory_format');
const emptyStrided = operator('aten::empty_strided');
const narrow = operator('aten::narrow');
const viewDType = operator('aten::view.dtype');
const setSource = operator('aten::set_.source_Tensor_storage_offset');
const requiresGrad = operator('aten::requires_grad_');
const conj = operator('aten::_conj');
const negView = operator('aten::_neg_view');
const perTensor = operator('aten::_make_per_tensor_quantized_tensor');
const perChannel = operator('aten::_make_per_channel_quantized_tensor');

/** The integers that quantized elements are stored as. */
const integers: Readonly<Record<string, DType>> = {
  qint8: 'int8',
  quint8: 'uint8',
  qint32: 'int32',
};

/**
 * Makes tensors over the storages of a file; each storage is read once, straight into its place.
 *
 * @internal
 */
export class StorageReader {
  private readonly file: CheckpointFile;
  private readonly where: string;
  private readonly device: string | null;
  private readonly bytes = new Map<string, Tensor>();
  private readonly made = new Map<PickledTensor, Tensor>();

  constructor(file: CheckpointFile, where: string, device: string | null) {
    this.file = file;
    this.where = where;
    this.device = device;
  }

  /** Reads the memory of the storages that the tensors need. */
  *fill(tensors: Iterable<PickledTensor>): Reading<void> {
    for (const { storage, quantizer } of tensors) {
      if (storage !== null) yield* this.storage(storage);
      if (quantizer === null) continue;
      for (const part of [quantizer.scale, quantizer.zeroPoint]) {
        if (typeof part !== 'number') yield* this.fill([part]);
      }
    }
  }

  private *storage(storage: PickledStorage): Reading<void> {
    if (this.bytes.has(storage.key)) return;
    const size = this.file.sizeOf(storage);
    const bytes = empty([size], { dtype: 'uint8' });
    this.bytes.set(storage.key, bytes);
    if (size > 0) yield* this.file.fill(storage, bytes.data as Uint8Array);
    if (this.device === null) return;
    this.bytes.set(storage.key, bytes.to(this.device) as Tensor);
    if (this.bytes.get(storage.key) !== bytes) bytes.dispose();
  }

  /** The tensor that a file describes; the same one for the same description. */
  tensor(described: PickledTensor): Tensor {
    const known = this.made.get(described);
    if (known !== undefined) return known;
    const made = this.build(described);
    this.made.set(described, made);
    return made;
  }

  private dtype({ dtype }: PickledTensor): DType {
    if (isDType(dtype)) return dtype;
    throw makeError(
      'ERR_UNSUPPORTED_VALUE',
      `${this.where}: holds a tensor of ${dtype}, a dtype that tensors here do not have`,
    );
  }

  private build(described: PickledTensor): Tensor {
    const dtype = this.dtype(described);
    const { storage, shape, stride, offset, quantizer } = described;
    if (storage === null) return emptyStrided(shape, stride, { dtype, device: 'meta' });
    const elements = integers[dtype] ?? dtype;
    const whole = this.typed(storage, elements);
    let made = empty([0], { dtype: elements, device: whole.device });
    setSource(made, whole, offset, shape, stride);
    whole.dispose();
    if (described.conj) made = this.replaced(made, conj(made));
    if (described.neg) made = this.replaced(made, negView(made));
    if (quantizer !== null) made = this.replaced(made, this.quantized(described, made));
    if (described.requiresGrad) requiresGrad(made, true);
    return made;
  }

  private replaced(before: Tensor, after: Tensor): Tensor {
    before.dispose();
    return after;
  }

  /** A storage's bytes as elements of a dtype. */
  private typed(storage: PickledStorage, dtype: DType): Tensor {
    const bytes = this.bytes.get(storage.key)!;
    const size = bytes.shape[0]!;
    const even = narrow(bytes, 0, 0, size - (size % dtypeInfo(dtype).itemsize));
    const typed = viewDType(even, dtype);
    even.dispose();
    return typed;
  }

  private quantized({ quantizer }: PickledTensor, elements: Tensor): Tensor {
    const { scheme, scale, zeroPoint, axis } = quantizer!;
    if (typeof scale === 'number' && typeof zeroPoint === 'number') {
      return perTensor(elements, scale, zeroPoint);
    }
    const known = scheme === 'per_channel_affine' && axis !== null;
    if (known && typeof scale !== 'number' && typeof zeroPoint !== 'number') {
      return perChannel(elements, this.tensor(scale), this.tensor(zeroPoint), axis);
    }
    throw makeError(
      'ERR_UNSUPPORTED_VALUE',
      `${this.where}: holds a tensor quantized with ${scheme.slice(0, 60)}, which cannot be made here`,
    );
  }

  /** Lets go of the storages; tensors made over them hold their own. */
  release(keep: ReadonlySet<Tensor>): void {
    for (const bytes of this.bytes.values()) bytes.dispose();
    for (const tensor of this.made.values()) if (!keep.has(tensor)) tensor.dispose();
  }
}
