import { stdout } from './terminal.js';

/** What JSON cannot carry becomes text: bigints their digits, other numbers Python's names. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) {
    if (Number.isNaN(value)) return 'nan';
    return value > 0 ? 'inf' : '-inf';
  }
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return value;
}

/** Prints a value as JSON that every reader takes, to standard output. */
export function printJson(value: unknown): void {
  stdout.write(`${JSON.stringify(value, plain, 2)}\n`);
}
