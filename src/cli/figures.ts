/** Numbers as people read them. */

const sizes = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** 1.5 MB: steps of 1000. */
export function bytes(count: number): string {
  let value = count;
  let step = 0;
  while (value >= 999.5 && step < sizes.length - 1) {
    value /= 1000;
    step++;
  }
  const digits = step === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${sizes[step]}`;
}

/** 11,689,512. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** '1 tensor', '2 tensors'. */
export function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`;
}

/** Milliseconds in the unit that suits them. */
export function duration(ms: number): string {
  if (ms < 1) return `${digits(ms * 1000)} µs`;
  return ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`;
}

function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** A number in at most six significant digits. */
export function number(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const size = Math.abs(value);
  return size < 1e-4 || size >= 1e6 ? value.toExponential(3) : String(Number(value.toPrecision(5)));
}
