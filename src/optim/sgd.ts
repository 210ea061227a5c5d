import { makeError } from '../make-error.js';
import { Optimizer, type OptimizerParams, type ParamGroup } from './optimizer.js';
import type { Fields } from './options.js';

/** Options of `optim.SGD`, as PyTorch names them. */
export interface SGDOptions {
  /** Learning rate; 0.001 unless given. */
  lr: number;
  /** Share of the last step that goes on; 0 unless given. */
  momentum: number;
  /** Share of the gradient that momentum leaves out; 0 unless given. */
  dampening: number;
  /** Share of the parameter that is added to its gradient; 0 unless given. */
  weightDecay: number;
  /** Nesterov's momentum; false unless given. */
  nesterov: boolean;
  /** Climbs instead of descending; false unless given. */
  maximize: boolean;
}

const fields: Fields = {
  lr: { python: 'lr', kind: 'number', default: 1e-3 },
  momentum: { python: 'momentum', kind: 'number', default: 0 },
  dampening: { python: 'dampening', kind: 'number', default: 0, signed: true },
  weightDecay: { python: 'weight_decay', kind: 'number', default: 0 },
  nesterov: { python: 'nesterov', kind: 'boolean', default: false },
  maximize: { python: 'maximize', kind: 'boolean', default: false },
};

/**
 * Stochastic gradient descent, with momentum where asked for: PyTorch's
 * [torch.optim.SGD](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html), number for
 * number.
 *
 * @throws TorchError `ERR_NOT_TRAINABLE` for an empty list of parameters, `ERR_NOT_LEAF` for tensors
 * that operations made; RangeError `ERR_VALUE` for options out of range.
 * @example
 * ```ts
 * import { ones, optim } from 'libtorch-node';
 *
 * const x = ones([2], { requiresGrad: true });
 * const optimizer = new optim.SGD([x], { lr: 0.25 });
 * x.mul(x).sum().backward();
 * optimizer.step();
 * console.log(x.toArray()); // [0.5, 0.5]
 * ```
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: OptimizerParams<SGDOptions>, options?: Partial<SGDOptions>) {
    super('sgd', params, options, fields);
  }

  /** @internal */
  protected override check(group: ParamGroup<SGDOptions>): void {
    super.check(group);
    if (!group.nesterov || (group.momentum > 0 && group.dampening === 0)) return;
    throw makeError(
      'ERR_VALUE',
      'optim.SGD: nesterov momentum requires a momentum and zero dampening',
    );
  }
}
