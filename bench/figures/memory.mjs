import { runChild } from '../lib/child.mjs';
import { fixture } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';

const cases = [
  ['awaited', '200,000 awaited forwards, never disposed', 200_000, 50],
  ['tidy', '200,000 forwardSync, each in tidy', 200_000, 50],
  // Node finalizes between turns of the event loop: one long turn keeps everything.
  ['sync', '200,000 forwardSync in one turn, never disposed', 200_000, null],
  ['cycles', '1,000 times load, run, dispose', 1_000, 20],
];

export async function figure() {
  const path = await fixture('mlp');
  const report = new Report('memory', 'growth of RSS after a warm-up of a tenth');
  const rows = [];
  for (const [kind, what, count, limit] of cases) {
    const found = await runChild('memory', [kind, path, count]);
    report.measurements[kind] = found;
    rows.push([what, found.startMb, found.endMb - found.startMb, found.peakMb - found.startMb]);
    if (limit === null) continue;
    report.check(what, found.endMb - found.startMb, { limit, unit: 'MB' });
  }
  report.table('RSS', ['', 'after warm-up MB', 'growth MB', 'peak growth MB'], rows);
  return report;
}
