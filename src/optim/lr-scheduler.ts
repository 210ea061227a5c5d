/** Learning rates that change from epoch to epoch: PyTorch's `torch.optim.lr_scheduler`. */
import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import type { Optimizer } from './optimizer.js';

/** Any optimizer with a learning rate. */
type Scheduled = Pick<Optimizer<{ lr: number }>, 'paramGroups'>;

/**
 * What schedulers have in common: `step` once an epoch, after the optimizer's steps.
 *
 * @example
 * ```ts
 * import { ones, optim } from 'libtorch-node';
 *
 * const optimizer = new optim.SGD([ones([1], { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 1 });
 * console.log(scheduler instanceof optim.lrScheduler.LRScheduler, scheduler.lastEpoch); // true 0
 * ```
 */
export abstract class LRScheduler {
  readonly #optimizer: Scheduled;
  readonly #baseLrs: readonly number[];
  #epoch = 0;

  /** @internal */
  constructor(optimizer: Scheduled) {
    if (!Array.isArray((optimizer as Scheduled | undefined)?.paramGroups)) {
      const got = describe(optimizer);
      throw makeError('ERR_INVALID_ARG_TYPE', `lrScheduler: expected an optimizer, got ${got}`);
    }
    this.#optimizer = optimizer;
    this.#baseLrs = optimizer.paramGroups.map(({ lr }) => lr);
  }

  /** Epochs so far. */
  get lastEpoch(): number {
    return this.#epoch;
  }
  /** The learning rate of each group now. */
  getLastLr(): number[] {
    return this.#optimizer.paramGroups.map(({ lr }) => lr);
  }
  /** Begins the next epoch. */
  step(): void {
    this.#epoch++;
    this.#baseLrs.forEach((base, i) => {
      this.#optimizer.paramGroups[i]!.lr = this.lrAt(this.#epoch, base);
    });
  }

  /** The learning rate of an epoch. @internal */
  protected abstract lrAt(epoch: number, base: number): number;
}

function positiveInteger(where: string, name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw makeError('ERR_VALUE', `${where}: expected ${name} to be a positive integer, got ${value}`);
}

/** Options of `StepLR`. */
export interface StepLROptions {
  /** Epochs between two steps down. */
  readonly stepSize: number;
  /** What the learning rate is multiplied by; 0.1 unless given. */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate by `gamma` every `stepSize` epochs, as PyTorch's
 * [StepLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html).
 *
 * @example
 * ```ts
 * import { ones, optim } from 'libtorch-node';
 *
 * const optimizer = new optim.SGD([ones([1], { requiresGrad: true })], { lr: 0.5 });
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
 * const rates = [1, 2, 3, 4].map(() => (scheduler.step(), scheduler.getLastLr()[0]));
 * console.log(rates); // [0.5, 0.25, 0.25, 0.125]
 * ```
 */
export class StepLR extends LRScheduler {
  readonly #stepSize: number;
  readonly #gamma: number;

  constructor(optimizer: Scheduled, options: StepLROptions) {
    super(optimizer);
    const given = checkOptions('StepLR', options, ['stepSize', 'gamma']);
    this.#stepSize = positiveInteger('StepLR', 'stepSize', given?.stepSize);
    this.#gamma = given?.gamma ?? 0.1;
  }

  /** @internal */
  protected lrAt(epoch: number, base: number): number {
    return base * this.#gamma ** Math.floor(epoch / this.#stepSize);
  }
}

/** Options of `CosineAnnealingLR`. */
export interface CosineAnnealingLROptions {
  /** Epochs until the least learning rate. */
  readonly tMax: number;
  /** The least learning rate; 0 unless given. */
  readonly etaMin?: number;
}

/**
 * Lowers the learning rate along half a wave of the cosine, as PyTorch's
 * [CosineAnnealingLR](https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html).
 *
 * @example
 * ```ts
 * import { ones, optim } from 'libtorch-node';
 *
 * const optimizer = new optim.SGD([ones([1], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: 2 });
 * const rates = [1, 2].map(() => (scheduler.step(), scheduler.getLastLr()[0]));
 * console.log(rates); // [0.5, 0]
 * ```
 */
export class CosineAnnealingLR extends LRScheduler {
  readonly #tMax: number;
  readonly #etaMin: number;

  constructor(optimizer: Scheduled, options: CosineAnnealingLROptions) {
    super(optimizer);
    const given = checkOptions('CosineAnnealingLR', options, ['tMax', 'etaMin']);
    this.#tMax = positiveInteger('CosineAnnealingLR', 'tMax', given?.tMax);
    this.#etaMin = given?.etaMin ?? 0;
  }

  /** @internal */
  protected lrAt(epoch: number, base: number): number {
    const wave = (1 + Math.cos((Math.PI * epoch) / this.#tMax)) / 2;
    return this.#etaMin + (base - this.#etaMin) * wave;
  }
}
