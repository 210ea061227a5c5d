import { writeSync } from 'node:fs';
import type { Totals } from './replay.js';

/**
 * Totals, what failed with why, and what was no sample, on standard error: tests must not use the
 * console.
 */
export function report(
  results: readonly (readonly [string, Totals])[],
  refused: Readonly<Record<string, number>>,
): void {
  const lines: string[] = [];
  const python = results.filter(([name]) => name.includes('.'));
  for (const [name, of] of results) {
    if (name.includes('.') && of.equal === of.total) continue;
    const percent = ((100 * of.equal) / of.total).toFixed(2);
    lines.push(`${name}: ${of.equal} of ${of.total} calls as PyTorch's, ${percent} %`);
    for (const [failure, { count, first }] of of.failures) {
      lines.push(`  ${failure}: ${count} differ, first: ${first}`);
    }
  }
  const calls = python.reduce((sum, [, of]) => sum + of.equal, 0);
  lines.push(`functions with Python code: ${python.length}, ${calls} calls as PyTorch's`);
  for (const [reason, count] of Object.entries(refused))
    lines.push(`no sample, ${reason}: ${count}`);
  writeSync(2, `${lines.join('\n')}\n`);
}
