import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';
import { checkDevice, type Device } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * Random numbers apart from those of `manualSeed`: operators take one as their `generator`.
 *
 * @example
 * ```ts
 * import { Generator, zeros } from 'libtorch-node';
 *
 * const a = zeros([3]).normal_(0, 1, { generator: new Generator().manualSeed(1) });
 * const b = zeros([3]).normal_(0, 1, { generator: new Generator().manualSeed(1) });
 * console.log(a.equal(b)); // true
 * ```
 */
export class Generator {
  constructor(device: Device = 'cpu') {
    native.generator.attach(this, checkDevice('Generator', device));
  }

  /** Where the random numbers are made. */
  get device(): string {
    return native.generator.device(this);
  }
  /** Starts the sequence of a seed; returns this. */
  manualSeed(seed: number | bigint): this {
    if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
      throw makeError(
        'ERR_INVALID_ARG_TYPE',
        `Generator.manualSeed: expected an integer or bigint, got ${describe(seed)}`,
      );
    }
    native.generator.setSeed(this, BigInt.asUintN(64, BigInt(seed)));
    return this;
  }
  /** The seed that the sequence started with. */
  initialSeed(): bigint {
    return native.generator.seed(this);
  }
  /** Where in the sequence it is: bytes for `setState`. */
  getState(): Tensor<'uint8'> {
    return native.generator.state(this) as Tensor<'uint8'>;
  }
  /** Goes on from where another was; returns this. */
  setState(state: Tensor): this {
    native.generator.setState(this, state);
    return this;
  }
}
