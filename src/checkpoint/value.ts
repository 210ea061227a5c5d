import type { Tensor } from '../tensor/tensor.js';
import type { Complex } from '../tensor/typed-array.js';

/**
 * An object of a Python class without meaning here, as a record of what the file says about it:
 * what `load` gives for such objects when `allowUnknownClasses` is true. Nothing of the class is run.
 *
 * @example
 * ```ts
 * import { load, saveToBytesSync, UnknownObject } from 'libtorch-node';
 *
 * const value = await load(saveToBytesSync({ epoch: 3 }), { allowUnknownClasses: true });
 * console.log(value instanceof UnknownObject); // false
 * ```
 */
export class UnknownObject {
  /** As 'argparse.Namespace'. */
  readonly className: string;
  /** What its class was called with. */
  readonly args: readonly CheckpointValue[];
  /** Its attributes, as a rule; null where none were given. */
  readonly state: CheckpointValue;
  /** What was appended to it, for a class that is a list. */
  readonly items: readonly CheckpointValue[];
  /** What was set in it, for a class that is a dict. */
  readonly entries: ReadonlyMap<CheckpointValue, CheckpointValue>;

  /** @internal */
  constructor(
    className: string,
    parts: Pick<UnknownObject, 'args' | 'state' | 'items' | 'entries'>,
  ) {
    this.className = className;
    this.args = parts.args;
    this.state = parts.state;
    this.items = parts.items;
    this.entries = parts.entries;
  }
}

/**
 * What a checkpoint may hold. A Python dict whose keys are all strings is an object without
 * prototype, every other dict and every OrderedDict a Map; tuples and lists are arrays; dtypes and
 * devices are strings.
 */
export type CheckpointValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Complex
  | Uint8Array
  | Tensor
  | UnknownObject
  | readonly CheckpointValue[]
  | ReadonlySet<CheckpointValue>
  | ReadonlyMap<CheckpointValue, CheckpointValue>
  | { readonly [key: string]: CheckpointValue };
