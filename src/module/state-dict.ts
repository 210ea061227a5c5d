import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import { checkOptions } from '../tensor/options.js';
import { Tensor } from '../tensor/tensor.js';
import { describeValue } from './tensor-matcher.js';

/** Values by qualified name, as `stateDict` gives them; an object will do. */
export type StateDictInput = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

/** Names that did not meet, as PyTorch reports them. */
export interface IncompatibleKeys {
  /** In the module, not in what was given. */
  readonly missingKeys: readonly string[];
  /** Given, not in the module. */
  readonly unexpectedKeys: readonly string[];
}

/** Options of `loadStateDict`. */
export interface LoadStateDictOptions {
  /** Missing and unexpected names are errors; true unless given. */
  readonly strict?: boolean | undefined;
}

/** A checked state dict: what to copy, and which names did not meet. */
export interface StateDictPlan {
  readonly entries: readonly (readonly [string, Tensor])[];
  readonly keys: IncompatibleKeys;
}

function ownerOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}

/** Parameters and buffers in PyTorch's order: module by module, its parameters before its buffers. */
export function readStateDict(handle: NativeModule): Map<string, Tensor> {
  const byModule = new Map<string, [string, Tensor][]>();
  for (const [path] of native.module.namedModules(handle)) byModule.set(path, []);
  const lists = [native.module.namedParameters(handle), native.module.namedBuffers(handle)];
  for (const [name, tensor] of lists.flat()) {
    const owner = ownerOf(name);
    const entries = byModule.get(owner) ?? [];
    byModule.set(owner, entries);
    entries.push([name, tensor]);
  }
  return new Map([...byModule.values()].flat());
}

function readShapes(handle: NativeModule): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const [name, tensor] of readStateDict(handle)) {
    shapes.set(name, tensor.shape);
    tensor.dispose();
  }
  return shapes;
}

function toEntries(state: StateDictInput): [string, Tensor][] {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) {
    const got = describeValue(state);
    throw makeError('ERR_INVALID_ARG_TYPE', `loadStateDict: expected a Map or object, got ${got}`);
  }
  const entries = state instanceof Map ? [...state] : Object.entries(state);
  for (const [name, value] of entries) {
    if (value instanceof Tensor) continue;
    const got = describeValue(value);
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `loadStateDict: '${name}': expected a Tensor, got ${got}`,
    );
  }
  return entries;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, index) => size === b[index]);
}

function quote(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

/** Compares with the module; one error lists everything that does not fit. */
export function planStateDict(
  handle: NativeModule,
  state: StateDictInput,
  typeName: string,
  options: LoadStateDictOptions = {},
): StateDictPlan {
  checkOptions('loadStateDict', options, ['strict']);
  const { strict = true } = options;
  const given = toEntries(state);
  const shapes = readShapes(handle);
  const names = new Set(given.map(([name]) => name));
  const missingKeys = [...shapes.keys()].filter((name) => !names.has(name));
  const unexpectedKeys = [...names].filter((name) => !shapes.has(name));
  const problems: string[] = [];
  if (strict && missingKeys.length > 0) problems.push(`missing: ${quote(missingKeys)}`);
  if (strict && unexpectedKeys.length > 0) problems.push(`unexpected: ${quote(unexpectedKeys)}`);
  const entries: [string, Tensor][] = [];
  for (const [name, tensor] of given) {
    const shape = shapes.get(name);
    if (shape === undefined) continue;
    if (sameShape(shape, tensor.shape)) entries.push([name, tensor]);
    else {
      const expected = `[${shape.join(', ')}]`;
      problems.push(`shape of '${name}': expected ${expected}, got [${tensor.shape.join(', ')}]`);
    }
  }
  if (problems.length > 0) {
    const lines = problems.map((problem) => `\n  ${problem}`).join('');
    throw makeError('ERR_STATE_DICT', `loadStateDict: ${typeName} does not match:${lines}`);
  }
  return { entries, keys: { missingKeys, unexpectedKeys } };
}
