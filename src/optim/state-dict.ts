import { makeError } from '../make-error.js';
import { isTensor } from '../ops/is-tensor.js';
import { describe } from '../tensor/describe.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Fields } from './options.js';

// A type alias: interfaces do not fit the index signature of what `save` takes.
/**
 * The state of an optimizer, as PyTorch's `state_dict` with PyTorch's names: saved with `save`, it
 * loads in Python, and Python's loads here.
 */
export type OptimizerStateDict = {
  /** What past steps left, by the number of the parameter over all groups. */
  readonly state: ReadonlyMap<number, Readonly<Record<string, Tensor>>>;
  /** Options of each group, and the numbers of its parameters. */
  readonly param_groups: readonly {
    readonly params: readonly number[];
    readonly [option: string]: number | boolean | null | readonly number[];
  }[];
};

/** One parameter's state, ready for the addon. @internal */
export type LoadedState = { step: number } & Record<string, Tensor | number>;

/** A state dict that was read. @internal */
export interface LoadedStateDict {
  readonly states: readonly LoadedState[];
  /** New options of each group. */
  readonly groups: readonly Record<string, unknown>[];
}

function fail(message: string): Error {
  return makeError('ERR_STATE_DICT', `loadStateDict: ${message}`);
}

/** Entries of an object or Map. */
function entriesOf(value: unknown, what: string): Map<string, unknown> {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [String(key), item]));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return new Map(Object.entries(value));
  }
  throw fail(`expected ${what} to be an object or Map, got ${describe(value)}`);
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw fail(`expected ${what} to be an array, got ${describe(value)}`);
}

function readState(value: unknown, number: number): LoadedState {
  const state: LoadedState = { step: 0 };
  for (const [name, item] of entriesOf(value, `state ${number}`)) {
    if (name === 'step') {
      const step: unknown = isTensor(item) ? (item as Tensor).item() : item;
      state.step = Number(step);
      if (!(state.step >= 0)) throw fail(`expected a step of 0 or more, got ${describe(item)}`);
    } else if (isTensor(item)) {
      state[name] = item as Tensor;
    } else if (item !== null && item !== undefined) {
      throw fail(`state ${number}: expected ${name} to be a Tensor, got ${describe(item)}`);
    }
  }
  return state;
}

/** Reads what `stateDict` gave, here or in Python. @internal */
export function readStateDict(
  stateDict: unknown,
  fields: Fields,
  sizes: readonly number[],
): LoadedStateDict {
  const parts = entriesOf(stateDict, 'the state dict');
  const given = listOf(parts.get('param_groups'), 'param_groups').map((group, index) =>
    entriesOf(group, `param_groups[${index}]`),
  );
  const numbers = given.map((group) => listOf(group.get('params'), 'params').map(String));
  if (given.length !== sizes.length || numbers.some(({ length }, i) => length !== sizes[i])) {
    const got = numbers.map(({ length }) => length).join(', ');
    throw fail(`expected groups of ${sizes.join(', ')} parameters, got ${got || 'none'}`);
  }
  const states = entriesOf(parts.get('state'), 'state');
  const groups = given.map((group) => {
    const options: Record<string, unknown> = {};
    for (const [name, { python }] of Object.entries(fields)) {
      if (group.has(python)) options[name] = group.get(python);
    }
    return options;
  });
  return {
    states: numbers.flat().map((number, index) => readState(states.get(number) ?? {}, index)),
    groups,
  };
}
