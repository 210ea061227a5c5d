import { storageOfDType } from '../pickle/torch-names.js';
import type { PickleWriter } from '../pickle/writer.js';
import { type DType, dtypeInfo } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  isQuantized,
  type SavedQuantizer,
  type SavedTensor,
  saveQuantized,
  saveStrided,
} from './saved-tensor.js';
import { StoragePlan } from './storage-plan.js';

/** A tensor to be written. @internal */
export interface Saved {
  readonly elements: SavedTensor;
  readonly quantizer: SavedQuantizer | null;
}

/** A tensor's memory, and how to read it. @internal */
export function saveTensor(tensor: Tensor, where: string): Saved {
  if (isQuantized(tensor.dtype)) return saveQuantized(tensor, where);
  return { elements: saveStrided(tensor), quantizer: null };
}

/** Writes tensors into a pickle as PyTorch does, and plans the storages beside it. @internal */
export class TensorPickler {
  readonly plan = new StoragePlan();
  private readonly pickle: PickleWriter;
  private readonly names = new Map<string, number>();

  constructor(pickle: PickleWriter) {
    this.pickle = pickle;
  }

  /** Every tensor is added before any is written. */
  add(saved: Saved): void {
    for (const part of [saved.elements, saved.quantizer?.scale, saved.quantizer?.zeroPoint]) {
      if (typeof part === 'object') this.plan.add(part, this.dtypeOf(part, saved));
    }
  }

  private dtypeOf(part: SavedTensor, { elements, quantizer }: Saved): DType {
    return part === elements && quantizer !== null ? quantizer.dtype : part.dtype;
  }

  /** A name is written once, and recalled after that. */
  global(module: string, name: string): void {
    const known = this.names.get(`${module}.${name}`);
    if (known !== undefined) {
      this.pickle.recall(known);
      return;
    }
    this.pickle.global(module, name);
    this.names.set(`${module}.${name}`, this.pickle.remember());
  }

  tensor(saved: Saved): void {
    const { elements, quantizer } = saved;
    const dtype = this.dtypeOf(elements, saved);
    const untyped = storageOfDType(dtype) === undefined;
    const version = untyped ? '_rebuild_tensor_v3' : '_rebuild_tensor_v2';
    this.global('torch._utils', quantizer === null ? version : '_rebuild_qtensor');
    this.pickle.raw('(');
    this.storage(elements, dtype);
    this.pickle.integers(elements.shape);
    this.pickle.integers(elements.stride);
    if (quantizer !== null) this.quantizer(quantizer);
    this.pickle.boolean(elements.requiresGrad);
    this.global('collections', 'OrderedDict');
    this.pickle.raw(')R');
    if (untyped) this.global('torch', dtype);
    this.pickle.raw('tR');
  }

  /** The reference to a storage, and the offset in it. */
  private storage(elements: SavedTensor, dtype: DType): void {
    const { key, count, offset } = this.plan.place(elements, dtype);
    const name = storageOfDType(dtype);
    this.pickle.raw('(');
    this.pickle.text('storage');
    if (name === undefined) this.global('torch.storage', 'UntypedStorage');
    else this.global('torch', name);
    this.pickle.text(key);
    this.pickle.text('cpu');
    this.pickle.integer(name === undefined ? count * dtypeInfo(dtype).itemsize : count);
    this.pickle.raw('tQ');
    this.pickle.integer(offset);
  }

  private quantizer({ scheme, scale, zeroPoint, axis }: SavedQuantizer): void {
    this.pickle.raw('(');
    this.global('torch', scheme);
    if (typeof scale === 'number') this.pickle.float(scale);
    else this.tensor({ elements: scale, quantizer: null });
    if (typeof zeroPoint === 'number') this.pickle.integer(zeroPoint);
    else this.tensor({ elements: zeroPoint, quantizer: null });
    if (axis !== null) this.pickle.integer(axis);
    this.pickle.raw('t');
  }
}
