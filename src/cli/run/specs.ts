import { existsSync, statSync } from 'node:fs';
import { isDType } from '../../tensor/dtype.js';
import { UsageError } from '../failure.js';
import type { DType } from '../torch.js';

/** How elements are filled in. */
export type Fill = 'random' | 'randn' | 'zeros' | 'ones';

/** What --input asks for. */
export type InputSpec =
  | {
      readonly kind: 'fill';
      readonly fill: Fill;
      readonly shape: readonly number[];
      readonly dtype: DType;
      /** Random integers lie below it. */
      readonly below: number;
    }
  | { readonly kind: 'file'; readonly path: string; readonly key: string | null }
  | { readonly kind: 'json'; readonly value: unknown; readonly dtype: DType | null }
  | { readonly kind: 'text'; readonly text: string };

const FILL = /^(random|randn|zeros|ones):([\dx,]*)(?::(\w+))?(?::(\d+))?$/;
const ways =
  'a file (.npy, .pt, .safetensors, .json, an image), random:1x3x224x224[:dtype], zeros:…, ones:…, ' +
  'JSON such as [[1, 2]]:int64, or text:…';

function readDType(text: string, where: string): DType {
  if (isDType(text)) return text;
  throw new UsageError(`--input ${where}: no dtype is called '${text}'; float32, int64, ... are`);
}

function fillOf(text: string): InputSpec | null {
  if (!/^(?:random|randn|zeros|ones):/.test(text)) return null;
  const [, fill, sizes, dtype = 'float32', below = '10'] = FILL.exec(text) ?? [];
  if (fill === undefined || sizes === undefined) {
    throw new UsageError(`--input ${text}: expected ${text.split(':')[0]}:1x3x224x224[:dtype]`);
  }
  const shape = sizes === '' ? [] : sizes.split(/[x,]/).map((size) => Number(size || Number.NaN));
  if (!shape.every(Number.isSafeInteger)) {
    throw new UsageError(`--input ${text}: the shape is no list of sizes such as 1x3x224x224`);
  }
  return {
    kind: 'fill',
    fill: fill as Fill,
    shape,
    dtype: readDType(dtype, text),
    below: Number(below),
  };
}

function jsonOf(text: string): InputSpec | null {
  const [, body = text, dtype] = /^([\s\S]*[\]\d}el])\s*:\s*([a-z]+\d*)$/.exec(text) ?? [];
  for (const [candidate, type] of [
    [text, undefined],
    [body, dtype],
  ] as const) {
    try {
      const value: unknown = JSON.parse(candidate);
      return { kind: 'json', value, dtype: type === undefined ? null : readDType(type, text) };
    } catch {
      // Not JSON, or with a dtype behind it.
    }
  }
  return null;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Reads one --input; an argument that is a str takes any text. */
export function parseInput(text: string, isText: boolean): InputSpec {
  if (text.startsWith('text:')) return { kind: 'text', text: text.slice('text:'.length) };
  if (isText) return { kind: 'text', text };
  const filled = fillOf(text);
  if (filled !== null) return filled;
  if (isFile(text)) return { kind: 'file', path: text, key: null };
  const hash = text.lastIndexOf('#');
  if (hash > 0 && isFile(text.slice(0, hash))) {
    return { kind: 'file', path: text.slice(0, hash), key: text.slice(hash + 1) };
  }
  const json = jsonOf(text.startsWith('json:') ? text.slice('json:'.length) : text);
  if (json !== null) return json;
  if (existsSync(text)) {
    throw new UsageError(`--input ${text}: is no file; --batch ${text} runs each file in a folder`);
  }
  throw new UsageError(`--input ${text}: no such file. Expected ${ways}`);
}
