import { runChild } from '../lib/child.mjs';
import { Report } from '../lib/report.mjs';
import { median } from '../lib/rounds.mjs';

const rounds = 7;

export async function figure() {
  const found = [];
  for (let round = 0; round < rounds; round++) found.push(await runChild('zero-copy'));
  const of = (key) => found.map((one) => one[key]);
  const report = new Report('zero-copy', 'fromBuffer and data on 256 MB');
  report.table(
    `${rounds} processes`,
    ['', 'median', 'max'],
    [
      ['fromBuffer then data, µs', median(of('us')), Math.max(...of('us'))],
      ['the same again, µs', median(of('againUs')), Math.max(...of('againUs'))],
      ['growth of RSS, kB', median(of('rssKb')), Math.max(...of('rssKb'))],
      ['a copy of the same array, µs', median(of('copyUs')), Math.max(...of('copyUs'))],
    ],
  );
  report.measurements.processes = found;
  report.check('fromBuffer then data', median(of('us')), { limit: 100, unit: 'µs' });
  report.check('growth of RSS', median(of('rssKb')) / 1024, { limit: 1, unit: 'MB' });
  report.check('processes where the memory is shared', of('shared').filter(Boolean).length, {
    limit: rounds,
    least: true,
  });
  return report;
}
