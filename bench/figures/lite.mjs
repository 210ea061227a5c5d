import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jit, loadModuleSync, ones, rand, setNumThreads } from 'libtorch-node';
import { runChild } from '../lib/child.mjs';
import { nativeProgram } from '../lib/native.mjs';
import { Peer } from '../lib/peer.mjs';
import { fixture } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';
import { hereSync, measure } from '../lib/rounds.mjs';

const cpp = 'C++ loop';
const megabyte = 2 ** 20;

/** A file of some 100 MB: one weight. */
function writeLarge(file) {
  const source = 'def forward(self, x: Tensor) -> Tensor:\n    return x + self.w[0, 0]';
  const large = jit.compile(source, { parameters: { w: rand([5120, 5120]) } });
  large.saveLiteSync(file);
  large.dispose();
  return statSync(file).size / megabyte;
}

async function measureLoading(report, folder, small) {
  const file = path.join(folder, 'large.ptl');
  const sizeMb = writeLarge(file);
  const rows = [];
  for (const [kind, what, limit] of [
    ['path', 'from a path', 1.1],
    ['bytes', 'from bytes, beside them', 1.1],
  ]) {
    const { beforeMb, peakMb } = await runChild('lite-memory', [kind, file, small]);
    rows.push([what, sizeMb, peakMb - beforeMb]);
    report.check(`loading ${what}: peak / size`, (peakMb - beforeMb) / sizeMb, { limit });
  }
  report.table('memory of loading', ['', 'file MB', 'peak MB more'], rows);
}

export async function figure() {
  setNumThreads(1);
  const folder = mkdtempSync(path.join(tmpdir(), 'libtorch-node-bench-'));
  try {
    const file = path.join(folder, 'mlp.ptl');
    const script = loadModuleSync(await fixture('mlp')).eval();
    script.saveLiteSync(file);
    const lite = loadModuleSync(file, { format: 'lite' });
    const x = ones([1, 16]);
    const peer = await Peer.start({ program: await nativeProgram('lite'), args: [file, '1x16'] });
    const times = await measure(
      {
        [cpp]: (count) => peer.time(count),
        ...Object.fromEntries(
          Object.entries({
            forwardSync: (count) => {
              for (let i = 0; i < count; i++) lite.forwardSync(x);
            },
            'forwardSync + dispose()': (count) => {
              for (let i = 0; i < count; i++) lite.forwardSync(x).dispose();
            },
            'TorchScript forwardSync + dispose()': (count) => {
              for (let i = 0; i < count; i++) script.forwardSync(x).dispose();
            },
          }).map(([name, loop]) => [name, hereSync(loop)]),
        ),
      },
      { rounds: 41, ms: 20 },
    );
    peer.close();
    const report = new Report('lite', 'a 16-16-4 MLP in the lite interpreter, one thread');
    report.times('per call', times);
    for (const name of ['forwardSync', 'forwardSync + dispose()']) {
      const { median, min } = times[name].over(times[cpp]);
      report.check(`${name} / ${cpp}`, median, { limit: 1.25, byMinima: min });
    }
    await measureLoading(report, folder, file);
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
