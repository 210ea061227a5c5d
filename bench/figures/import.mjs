import { runChild, runProgram } from '../lib/child.mjs';
import { nativeProgram } from '../lib/native.mjs';
import { Report } from '../lib/report.mjs';
import { measure } from '../lib/rounds.mjs';

export async function figure() {
  const open = await nativeProgram('open');
  const { libraries } = await runChild('import', ['libraries']);
  // Each call is a process of its own: a count other than 1 has no meaning.
  const alone = (work) => async (count) => {
    let ns = 0;
    for (let i = 0; i < count; i++) ns += (await work()).ns;
    return ns;
  };
  const times = await measure(
    {
      "import('libtorch-node')": alone(() => runChild('import', ['package'])),
      'libraries alone, in Node': alone(() => runChild('import', ['open'])),
      'libraries alone, in C++': alone(() => runProgram(open, libraries)),
    },
    { rounds: 15, ms: 1, warm: false },
  );
  const report = new Report('import', 'import time, each in a fresh process');
  report.times('per process', times);
  const imported = times["import('libtorch-node')"];
  const bare = times['libraries alone, in Node'];
  report.check('import / bare load', imported.median / bare.median, {
    limit: 1.3,
    byMinima: imported.min / bare.min,
  });
  return report;
}
