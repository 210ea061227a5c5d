import { Optimizer, type OptimizerParams } from './optimizer.js';
import type { Fields } from './options.js';

/** Options of `optim.Adam` and `optim.AdamW`, as PyTorch names them. */
export interface AdamOptions {
  /** Learning rate; 0.001 unless given. */
  lr: number;
  /** How slowly the averages of gradient and its square follow; [0.9, 0.999] unless given. */
  betas: readonly [number, number];
  /** Added to the denominator; 1e-8 unless given. */
  eps: number;
  /** Share of the parameter that is added to its gradient (Adam, 0 unless given), or taken off the
   * parameter (AdamW, 0.01 unless given). */
  weightDecay: number;
  /** Uses the largest average of squares there was; false unless given. */
  amsgrad: boolean;
  /** Climbs instead of descending; false unless given. */
  maximize: boolean;
}

function fields(weightDecay: number): Fields {
  return {
    lr: { python: 'lr', kind: 'number', default: 1e-3 },
    betas: { python: 'betas', kind: 'betas', default: [0.9, 0.999] },
    eps: { python: 'eps', kind: 'number', default: 1e-8 },
    weightDecay: { python: 'weight_decay', kind: 'number', default: weightDecay },
    amsgrad: { python: 'amsgrad', kind: 'boolean', default: false },
    maximize: { python: 'maximize', kind: 'boolean', default: false },
  };
}

/**
 * Adam: PyTorch's
 * [torch.optim.Adam](https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html), number
 * for number.
 *
 * @throws TorchError `ERR_NOT_TRAINABLE` for an empty list of parameters, `ERR_NOT_LEAF` for tensors
 * that operations made; RangeError `ERR_VALUE` for options out of range.
 * @example
 * ```ts
 * import { ones, optim } from 'libtorch-node';
 *
 * const x = ones([], { requiresGrad: true });
 * const optimizer = new optim.Adam([x], { lr: 0.5 });
 * x.mul(x).backward();
 * optimizer.step();
 * console.log(x.item().toFixed(3)); // 0.500
 * ```
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(params: OptimizerParams<AdamOptions>, options?: Partial<AdamOptions>) {
    super('adam', params, options, fields(0));
  }
}

/**
 * Adam with decoupled weight decay: PyTorch's
 * [torch.optim.AdamW](https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html), number
 * for number.
 *
 * @throws TorchError `ERR_NOT_TRAINABLE` for an empty list of parameters, `ERR_NOT_LEAF` for tensors
 * that operations made; RangeError `ERR_VALUE` for options out of range.
 * @example
 * ```ts
 * import { loadModule, nn, optim, randn } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using optimizer = new optim.AdamW(model.train().parameters(), { lr: 1e-3, weightDecay: 0.01 });
 * const y = model.forwardSync(randn([8, 16]));
 * nn.functional.mseLoss(y, randn([8, 4])).backward();
 * optimizer.step();
 * optimizer.zeroGrad();
 * ```
 */
export class AdamW extends Optimizer<AdamOptions> {
  constructor(params: OptimizerParams<AdamOptions>, options?: Partial<AdamOptions>) {
    super('adam', params, options, fields(0.01), { decoupledWeightDecay: true });
  }
}
