import { inRoot } from '../../scripts/lib/paths.mjs';
import { runChild } from '../lib/child.mjs';
import { benchModel, fixture } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';
import { median } from '../lib/rounds.mjs';

const modes = ['off', 'simple', 'profiling'];
const rounds = 5;

export async function figure() {
  const models = [
    ['MLP 16-16-4', await fixture('mlp'), '1x16'],
    ['CNN, digits, traced', inRoot('examples', 'digits', 'digits-traced.pt'), '1x1x8x8'],
    ['CNN, digits, scripted', inRoot('examples', 'digits', 'digits-scripted.pt'), '1x1x8x8'],
    ['transformer, 2 × 64', await benchModel('transformer'), '1x16x64'],
    ['LSTM, 2 × 64', await benchModel('lstm'), '1x16x32'],
  ];
  const report = new Report('executor', 'executor modes: cold start and steady state');
  const found = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const [name, path, shape] of models) {
      for (const mode of modes) {
        const key = `${name}, ${mode}`;
        const one = await runChild('executor', [path, shape, mode]);
        found.set(key, [...(found.get(key) ?? []), one]);
      }
    }
  }
  const rows = [];
  for (const [name] of models) {
    for (const mode of modes) {
      const ran = found.get(`${name}, ${mode}`);
      const of = (key) => median(ran.map((one) => one[key]));
      rows.push([name, mode, of('first'), of('second'), of('third'), of('steady')]);
    }
  }
  report.table(
    `ms per call, one thread, each process fresh; medians of ${rounds} processes`,
    ['model', 'executor', 'call 1', 'call 2', 'call 3', 'steady'],
    rows,
  );
  report.measurements.processes = Object.fromEntries(found);
  return report;
}
