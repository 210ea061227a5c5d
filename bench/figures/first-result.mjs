import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { runChild } from '../lib/child.mjs';
import { python } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';
import { measure } from '../lib/rounds.mjs';

const exec = promisify(execFile);

export async function figure() {
  const model = inRoot('examples', 'digits', 'digits-scripted.pt');
  const { program, args, env } = await python('bench/first_result.py', model);
  const alone = (work) => async (count) => {
    let ns = 0;
    for (let i = 0; i < count; i++) ns += (await work()).ns;
    return ns;
  };
  const inPython = async () => JSON.parse((await exec(program, args, { env })).stdout);
  const times = await measure(
    {
      "require('libtorch-node')": alone(() => runChild('first-result', [model])),
      'import torch': alone(inPython),
    },
    { rounds: 11, ms: 1, warm: false },
  );
  const report = new Report('first-result', 'from nothing to the first result, each in a process');
  report.times('per process', times);
  const here = times["require('libtorch-node')"];
  const there = times['import torch'];
  report.check('here / Python', here.median / there.median, {
    limit: 1.5,
    byMinima: here.min / there.min,
  });
  return report;
}
