import { oneLine } from '../terminal.js';

/** A default as Python writes it, cut where it is long. */
export function showLiteral(value: unknown): string {
  const text = literal(value);
  return oneLine(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    if (Number.isNaN(value)) return 'nan';
    return value > 0 ? 'inf' : '-inf';
  }
  return String(value);
}
