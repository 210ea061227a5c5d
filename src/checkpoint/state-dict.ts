import { makeError } from '../make-error.js';
import { isPickledTensor, PickledObject } from '../pickle/values.js';

function isDictOfTensors(value: unknown): value is Map<unknown, unknown> {
  return (
    value instanceof Map &&
    value.size > 0 &&
    [...value].every(([key, item]) => typeof key === 'string' && isPickledTensor(item))
  );
}

/** Where state dicts lie in a checkpoint: ['model', 'ema.model']. */
function placesOf(value: unknown, path = '', depth = 0): string[] {
  if (!(value instanceof Map) || depth > 3) return [];
  return [...value].flatMap(([key, item]) => {
    if (typeof key !== 'string') return [];
    const name = path === '' ? key : `${path}.${key}`;
    return isDictOfTensors(item) ? [name] : placesOf(item, name, depth + 1);
  });
}

function describe(value: unknown): string {
  if (value instanceof PickledObject) {
    return `an object of ${value.typeName}, whose class only Python has`;
  }
  if (isPickledTensor(value)) return 'one tensor';
  if (!(value instanceof Map)) return 'a value that is no dict';
  const keys = [...value.keys()].slice(0, 8).map(String);
  return value.size === 0 ? 'an empty dict' : `a dict with ${keys.join(', ')}`;
}

function at(value: unknown, key: string): unknown {
  if (!(value instanceof Map)) return undefined;
  if (value.has(key)) return value.get(key);
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
    const found = at(value.get(key.slice(0, dot)), key.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The state dict of a checkpoint, at a key such as 'model', or the whole of it. @internal */
export function findStateDict(value: unknown, key: string | undefined, where: string): unknown {
  const found = key === undefined ? value : at(value, key);
  if (isDictOfTensors(found) || (found instanceof Map && found.size === 0)) return found;
  const places = placesOf(value).map((place) => `'${place}'`);
  const way = places.length === 0 ? '' : `; state dicts lie at key ${places.join(', ')}`;
  const what = key === undefined ? where : `${where}: '${key}'`;
  const got = found === undefined ? 'nothing' : describe(found);
  throw makeError(
    'ERR_STATE_DICT',
    `${what}: expected a dict of tensors by name, got ${got}${way}`,
  );
}
