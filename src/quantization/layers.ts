import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';

/** A layer whose weights quantization may change. */
export interface QuantizableLayer {
  /** Its qualified name: 'encoder.layers.0.linear1'; 'linear_0' and so on in loaded frozen modules. */
  readonly name: string;
  /** 'linear', 'conv2d', 'lstm', 'gru', 'embedding' and the like. */
  readonly kind: string;
}

/**
 * Which layers: by qualified name, that of a layer or of a module above it, in which '*' stands for
 * anything between dots; by pattern; by a function; or by several names and patterns.
 */
export type LayerSelection =
  | string
  | RegExp
  | ((layer: QuantizableLayer) => boolean)
  | readonly (string | RegExp)[];

type Matcher = (layer: QuantizableLayer) => boolean;

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function matcherOf(where: string, pattern: unknown): Matcher {
  if (typeof pattern === 'string') {
    const name = pattern.split('*').map(escaped).join('[^.]*');
    const full = new RegExp(`^${name}(\\.|$)`, 'u');
    return (layer) => full.test(layer.name);
  }
  // Of its own: a caller's with the flag g or y would remember where it stopped.
  if (pattern instanceof RegExp) {
    const own = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
    return (layer) => own.test(layer.name);
  }
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: layers: expected a name, a RegExp, a function or an array of names and RegExps, ` +
      `got ${describe(pattern)}`,
  );
}

function noLayer(where: string, what: string, layers: readonly QuantizableLayer[]): Error {
  const all = layers.map(({ name, kind }) => `${name} (${kind})`);
  const shown = all.length > 40 ? [...all.slice(0, 40), `${all.length - 40} more`] : all;
  const there = all.length === 0 ? 'none' : shown.join(', ');
  return makeError('ERR_NO_LAYER', `${where}: layers: ${what} no layer; there are: ${there}`);
}

/** Checks a selection before any work is done. @internal */
export function checkSelection(where: string, selection: unknown): LayerSelection | undefined {
  if (selection === undefined || typeof selection === 'function') {
    return selection as LayerSelection | undefined;
  }
  for (const pattern of Array.isArray(selection) ? selection : [selection]) {
    matcherOf(where, pattern);
  }
  return selection as LayerSelection;
}

/** The names of the layers selected; all without a selection. ERR_NO_LAYER for what matches none. @internal */
export function selectLayers(
  where: string,
  layers: readonly QuantizableLayer[],
  selection: LayerSelection | undefined,
): Set<string> {
  if (selection === undefined) return new Set(layers.map(({ name }) => name));
  const selected = new Set<string>();
  if (typeof selection === 'function') {
    for (const layer of layers) {
      if (selection(Object.freeze({ ...layer }))) selected.add(layer.name);
    }
    if (selected.size === 0) throw noLayer(where, 'the function chose', layers);
    return selected;
  }
  for (const pattern of Array.isArray(selection) ? selection : [selection]) {
    const matches = layers.filter(matcherOf(where, pattern));
    if (matches.length === 0) {
      const shown = typeof pattern === 'string' ? `'${pattern}'` : String(pattern);
      throw noLayer(where, `${shown} matches`, layers);
    }
    for (const { name } of matches) selected.add(name);
  }
  return selected;
}
