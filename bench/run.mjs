/**
 * Figures of the package against its real peers, as ratios from one run.
 *
 *     npm run bench -- NAME [--json]
 */
import { readdirSync } from 'node:fs';
import { inRoot } from '../scripts/lib/paths.mjs';
import { main, Stop } from '../scripts/lib/steps.mjs';
import { describeMachine, renderMachine } from './lib/machine.mjs';

const names = readdirSync(inRoot('bench', 'figures'))
  .map((file) => file.replace(/\.mjs$/, ''))
  .sort();

await main(async () => {
  const args = process.argv.slice(2);
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  const unknown = wanted.filter((name) => name !== 'all' && !names.includes(name));
  if (wanted.length === 0 || unknown.length > 0) {
    const problem = unknown.length > 0 ? `no figure is called ${unknown.join(', ')}\n` : '';
    throw new Stop(`${problem}npm run bench -- NAME [--json], with ${names.join(', ')} or all`);
  }
  const { backends } = await import('libtorch-node').catch((error) => {
    throw new Stop(`${error.message}\nBuild the package first: npm run setup && npm run build:all`);
  });
  const machine = describeMachine(backends());
  const reports = [];
  for (const name of wanted.includes('all') ? names : wanted) {
    const { figure } = await import(`./figures/${name}.mjs`);
    const report = await figure();
    reports.push(report);
    if (!args.includes('--json')) console.log(`\n${report.render()}\n`);
  }
  if (args.includes('--json')) console.log(JSON.stringify({ machine, reports }, null, 2));
  else console.log(renderMachine(machine));
});
