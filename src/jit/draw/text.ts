import type { GraphValue } from '../graph-data.js';

const longest = 48;

function shorten(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'number' && !Number.isInteger(value))
    return String(Number(value.toPrecision(6)));
  if (typeof value === 'object' && 're' in value && 'im' in value)
    return `${value.re}+${value.im}i`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** A constant as people write it: small lists of sizes as 3×3. */
export function constantText(value: unknown): string {
  const isSizes =
    Array.isArray(value) && value.length > 1 && value.every((item) => typeof item === 'number');
  return shorten(isSizes ? value.map(write).join('×') : write(value));
}

/** 1×3×224×224, with ? for sizes that are not known; '' where nothing is. */
export function shapeText({ shape }: GraphValue): string {
  if (shape === null) return '';
  return shape.length === 0 ? 'scalar' : shape.map((size) => size ?? '?').join('×');
}

/** float32 1×3×224×224, or the type where that is all that is known. */
export function typeText(value: GraphValue): string {
  const known = [value.dtype ?? '', shapeText(value)].filter((part) => part !== '').join(' ');
  return known === '' ? value.type : known;
}

/** The class of a module without its folders. */
export function className(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf('.') + 1);
}
