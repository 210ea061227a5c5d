import { native } from '../native/addon.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { flag, optionalTensors, type Tensors, tensorList } from './tensor-list.js';

/** Options of `backward`. */
export interface BackwardOptions {
  /** Keeps the graph for another pass; what `createGraph` is unless given. */
  readonly retainGraph?: boolean | undefined;
  /** Records the pass itself, for derivatives of higher order. */
  readonly createGraph?: boolean | undefined;
  /** The tensors whose gradients are added to; all leaves of the graph unless given. */
  readonly inputs?: Tensors | undefined;
}

/** Options of `autograd.grad`. */
export interface GradOptions {
  /** A gradient for each output; those of one element may have null. */
  readonly gradOutputs?: Tensor | readonly (Tensor | null)[] | undefined;
  /** Keeps the graph for another pass; what `createGraph` is unless given. */
  readonly retainGraph?: boolean | undefined;
  /** Records the pass itself, for derivatives of higher order. */
  readonly createGraph?: boolean | undefined;
  /** Gives null for inputs that the outputs do not depend on, instead of an error. */
  readonly allowUnused?: boolean | undefined;
}

function retain(where: string, options: { readonly retainGraph?: unknown } | undefined) {
  const given = options?.retainGraph;
  return given === undefined ? null : flag(where, 'retainGraph', given);
}

/** `Tensor.backward`. @internal */
export function backwardFrom(
  tensors: Tensors,
  gradients: Tensor | readonly (Tensor | null)[] | null | undefined,
  options: BackwardOptions | undefined,
  where: string,
): void {
  const known = ['retainGraph', 'createGraph', 'inputs'];
  const given = checkOptions(where, options, known);
  native.autograd.backward(
    tensorList(where, tensors),
    optionalTensors(`${where}: gradient`, gradients),
    given?.inputs === undefined ? [] : tensorList(`${where}: inputs`, given.inputs),
    retain(where, given),
    flag(where, 'createGraph', given?.createGraph),
  );
}

/**
 * Adds the derivatives of tensors to `grad` of the leaves they were computed from, as PyTorch's
 * `torch.autograd.backward`.
 *
 * @throws TorchError `ERR_NO_GRAD`, `ERR_NOT_SCALAR`, `ERR_GRAPH_FREED`, as `Tensor.backward`.
 * @example
 * ```ts
 * import { autograd, tensor } from 'libtorch-node';
 *
 * const x = tensor(3, { requiresGrad: true });
 * autograd.backward([x.mul(2), x.mul(5)]);
 * console.log(x.grad?.item()); // 7
 * ```
 */
export function backward(
  tensors: Tensors,
  gradTensors?: Tensor | readonly (Tensor | null)[] | null,
  options?: BackwardOptions,
): void {
  backwardFrom(tensors, gradTensors, options, 'backward');
}

/**
 * The derivatives of outputs by inputs, which are added to no `grad`, as PyTorch's
 * `torch.autograd.grad`.
 *
 * @throws TorchError `ERR_NO_GRAD` for inputs that the outputs do not depend on, unless
 * `allowUnused`; `ERR_NOT_SCALAR` without a `gradOutputs` for outputs of several elements.
 * @example
 * ```ts
 * import { autograd, tensor } from 'libtorch-node';
 *
 * const x = tensor(2, { requiresGrad: true });
 * const [first] = autograd.grad(x.pow(3), x, { createGraph: true });
 * const [second] = autograd.grad(first, x);
 * console.log(first.item(), second.item()); // 12 12
 * ```
 */
export function grad(
  outputs: Tensors,
  inputs: Tensor,
  options?: GradOptions & { readonly allowUnused?: false | undefined },
): [Tensor];
export function grad(
  outputs: Tensors,
  inputs: Tensors,
  options?: GradOptions & { readonly allowUnused?: false | undefined },
): Tensor[];
export function grad(outputs: Tensors, inputs: Tensors, options?: GradOptions): (Tensor | null)[];
export function grad(outputs: Tensors, inputs: Tensors, options?: GradOptions): (Tensor | null)[] {
  const known = ['gradOutputs', 'retainGraph', 'createGraph', 'allowUnused'];
  const given = checkOptions('grad', options, known);
  return native.autograd.gradients(
    tensorList('grad: outputs', outputs),
    tensorList('grad: inputs', inputs),
    optionalTensors('grad: gradOutputs', given?.gradOutputs),
    retain('grad', given),
    flag('grad', 'createGraph', given?.createGraph),
    flag('grad', 'allowUnused', given?.allowUnused),
  );
}
