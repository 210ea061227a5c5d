import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { type DType, dtypeInfo } from '../tensor/dtype.js';
import { aten, operator } from '../tensor/operators.js';
import type { Tensor } from '../tensor/tensor.js';

const asStrided = operator('aten::as_strided');
const resolveConj = operator('aten::resolve_conj');
const resolveNeg = operator('aten::resolve_neg');
const SCHEMES = ['per_tensor_affine', 'per_channel_affine'];

/** A window on the memory of a tensor, and how the tensor lies in it. @internal */
export interface SavedTensor {
  readonly dtype: DType;
  readonly buffer: ArrayBufferLike;
  /** Bytes of the buffer that the tensor's elements lie in. */
  readonly begin: number;
  readonly end: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly requiresGrad: boolean;
}

/** How the elements of a quantized tensor are read. @internal */
export interface SavedQuantizer {
  readonly dtype: DType;
  readonly scheme: string;
  readonly scale: number | SavedTensor;
  readonly zeroPoint: number | SavedTensor;
  readonly axis: number | null;
}

/** Elements between the first and the last of a tensor, both included. */
function spanOf(shape: readonly number[], stride: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, size, i) => span + (size - 1) * stride[i]!, 1);
}

/** Does something with a tensor in main memory whose elements are what they look like. */
function withPlain<T>(tensor: Tensor, use: (plain: Tensor) => T): T {
  const onCpu = tensor.cpu() as Tensor;
  const made = [onCpu];
  try {
    for (const resolve of [resolveConj, resolveNeg]) {
      const next = resolve(made.at(-1)!);
      if (next !== made.at(-1)) made.push(next);
    }
    return use(made.at(-1)!);
  } finally {
    for (const each of made) if (each !== tensor) each.dispose();
  }
}

function windowOf(tensor: Tensor): SavedTensor {
  const { shape, stride, dtype } = tensor;
  const span = spanOf(shape, stride);
  const flat = asStrided(tensor, [span], [1], tensor.storageOffset);
  try {
    const { buffer, byteOffset } = native.tensor.data(flat);
    const end = byteOffset + span * dtypeInfo(dtype).itemsize;
    const requiresGrad = tensor.requiresGrad;
    return { dtype, buffer, begin: byteOffset, end, shape, stride, requiresGrad };
  } finally {
    flat.dispose();
  }
}

/** The memory of a tensor, with its strides: tensors that share memory share the buffer. @internal */
export function saveStrided(tensor: Tensor): SavedTensor {
  return withPlain(tensor, (plain) => ({
    ...windowOf(plain),
    requiresGrad: tensor.requiresGrad,
  }));
}

/** The elements of a tensor alone, row-major. @internal */
export function saveContiguous(tensor: Tensor): SavedTensor {
  return withPlain(tensor, (plain) => {
    const contiguous = plain.contiguous() as Tensor;
    try {
      return windowOf(contiguous);
    } finally {
      if (contiguous !== plain) contiguous.dispose();
    }
  });
}

function temporary(tensor: Tensor): SavedTensor {
  try {
    return saveStrided(tensor);
  } finally {
    tensor.dispose();
  }
}

/** Whether the elements of a dtype are quantized. @internal */
export function isQuantized(dtype: DType): boolean {
  return dtypeInfo(dtype).kind === 'quantized';
}

/** The integers and the quantizer of a quantized tensor. @internal */
export function saveQuantized(
  tensor: Tensor,
  where: string,
): { readonly elements: SavedTensor; readonly quantizer: SavedQuantizer } {
  const scheme = SCHEMES[Number(aten.qScheme(tensor))];
  if (scheme === undefined) {
    throw makeError('ERR_UNSUPPORTED_VALUE', `${where}: a tensor quantized in a rare scheme`);
  }
  const perTensor = scheme === SCHEMES[0];
  return {
    elements: temporary(aten.intRepr(tensor)),
    quantizer: {
      dtype: tensor.dtype,
      scheme,
      scale: perTensor ? aten.qScale(tensor) : temporary(aten.qPerChannelScales(tensor)),
      zeroPoint: perTensor
        ? Number(aten.qZeroPoint(tensor))
        : temporary(aten.qPerChannelZeroPoints(tensor)),
      axis: perTensor ? null : Number(aten.qPerChannelAxis(tensor)),
    },
  };
}
