import { native } from '../native/addon.js';
import type { Tensor } from './tensor.js';

/** A LibTorch operator bound at its first call. @internal */
export function operator<R = Tensor>(name: string): (...args: unknown[]) => R {
  let bound: ((...args: unknown[]) => unknown) | undefined;
  return (...args) => {
    bound ??= native.ops.bind(name);
    return bound(...args) as R;
  };
}

/** @internal */
export const aten = {
  reshape: operator('aten::reshape'),
  view: operator('aten::view'),
  permute: operator('aten::permute'),
  transpose: operator('aten::transpose.int'),
  squeeze: operator('aten::squeeze'),
  unsqueeze: operator('aten::unsqueeze'),
  narrow: operator('aten::narrow'),
  contiguous: operator('aten::contiguous'),
  clone: operator('aten::clone'),
  to: operator('aten::to.dtype_layout'),
  pinMemory: operator('aten::pin_memory'),
  equal: operator<boolean>('aten::equal'),
  allclose: operator<boolean>('aten::allclose'),
  cat: operator('aten::cat'),
  stack: operator('aten::stack'),
  zeros: operator('aten::zeros'),
  ones: operator('aten::ones'),
  full: operator('aten::full'),
  empty: operator('aten::empty.memory_format'),
  rand: operator('aten::rand'),
  randn: operator('aten::randn'),
  randint: operator('aten::randint.low'),
  arange: operator('aten::arange.start_step'),
  linspace: operator('aten::linspace'),
  eye: operator('aten::eye.m'),
  dequantize: operator('aten::dequantize.self'),
  intRepr: operator('aten::int_repr'),
  resolveConj: operator('aten::resolve_conj'),
  resolveNeg: operator('aten::resolve_neg'),
  toDense: operator('aten::to_dense'),
  qScheme: operator<number>('aten::qscheme'),
  qScale: operator<number>('aten::q_scale'),
  qZeroPoint: operator<number | bigint>('aten::q_zero_point'),
  qPerChannelScales: operator('aten::q_per_channel_scales'),
  qPerChannelZeroPoints: operator('aten::q_per_channel_zero_points'),
  qPerChannelAxis: operator<number | bigint>('aten::q_per_channel_axis'),
} as const;
