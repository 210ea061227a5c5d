import { setImmediate as turn } from 'node:timers/promises';
import { loadModuleSync, ones, setNumThreads, tensorSchema, tidy } from 'libtorch-node';
import { nativeProgram } from '../lib/native.mjs';
import { Peer } from '../lib/peer.mjs';
import { benchModel, fixture, python } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';
import { here, hereSync, measure } from '../lib/rounds.mjs';

const cpp = 'C++ loop';
const jit = 'Python torch.jit';
const signature = {
  inputs: { x: tensorSchema({ dtype: 'float32', shape: ['batch', 16] }) },
  output: tensorSchema({ dtype: 'float32', shape: ['batch', 4] }),
};

/** One loop per contender: a shared one would be compiled for all of them at once. */
function ourLoops(model, signed, single, x) {
  return {
    forwardSync: (count) => {
      for (let i = 0; i < count; i++) model.forwardSync(x);
    },
    'forwardSync + dispose()': (count) => {
      for (let i = 0; i < count; i++) model.forwardSync(x).dispose();
    },
    'forwardSync in tidy': (count) => {
      for (let i = 0; i < count; i++) {
        tidy(() => {
          model.forwardSync(x);
        });
      }
    },
    'forwardSync, signature': (count) => {
      for (let i = 0; i < count; i++) signed.forwardSync(x).dispose();
    },
    'forwardSync, signature, in tidy': (count) => {
      for (let i = 0; i < count; i++) {
        tidy(() => {
          signed.forwardSync(x);
        });
      }
    },
    'forwardSync + toTypedArray()': (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const y = model.forwardSync(x);
        sum += y.toTypedArray()[0];
        y.dispose();
      }
      return sum;
    },
    'forwardSync + data': (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const y = model.forwardSync(x);
        sum += y.data[0];
        y.dispose();
      }
      return sum;
    },
    '16-16-1 forwardSync': (count) => {
      for (let i = 0; i < count; i++) single.forwardSync(x).dispose();
    },
    '16-16-1 forwardSync + item()': (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const y = single.forwardSync(x);
        sum += y.item();
        y.dispose();
      }
      return sum;
    },
  };
}

/** Nothing is disposed: the time of the collector counts, and so do the turns in which Node lets it finalize. */
function loopsWithCollector(model, x) {
  return {
    forwardSync: async (count) => {
      for (let i = 0; i < count; i++) {
        model.forwardSync(x);
        if (i % 1000 === 999) await turn();
      }
    },
    'forwardSync + data': async (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        sum += model.forwardSync(x).data[0];
        if (i % 1000 === 999) await turn();
      }
      return sum;
    },
  };
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

export async function figure() {
  setNumThreads(1);
  const path = await fixture('mlp');
  const x = ones([1, 16]);
  const model = loadModuleSync(path).eval();
  const signed = loadModuleSync(path, { signature }).eval();
  const single = loadModuleSync(await benchModel('single')).eval();
  const program = await nativeProgram('forward');
  const peers = {
    [cpp]: await Peer.start({ program, args: [path, '1x16'] }),
    [jit]: await Peer.start(await python('bench/peer.py', 'forward', path, '1x16', 'profiling')),
    'Python torch.jit, not optimized': await Peer.start(
      await python('bench/peer.py', 'forward', path, '1x16', 'off'),
    ),
  };
  const timed = mapValues(peers, (peer) => (count) => peer.time(count));
  const loops = ourLoops(model, signed, single, x);
  const times = await measure({ ...timed, ...mapValues(loops, hereSync) }, { rounds: 41, ms: 20 });
  const collected = await measure(
    { [cpp]: timed[cpp], ...mapValues(loopsWithCollector(model, x), here) },
    { rounds: 5, ms: 2000 },
  );
  for (const peer of Object.values(peers)) peer.close();

  const report = new Report('forward-sync', 'a 16-16-4 MLP, tensor in, tensor out, one thread');
  report.times('per call; all but the first of ours dispose the output', times);
  report.times('per call, with the collection of outputs that nobody disposes', collected);
  const ratio = (name, peer, limit) => {
    const { median, min } = times[name].over(times[peer]);
    report.check(`${name} / ${peer}`, median, { limit, byMinima: min });
  };
  const extra = (name, base, limit) => {
    const { median, min } = times[name].minus(times[base]);
    report.check(`${name}: more`, median, { limit, unit: 'µs', byMinima: min });
  };
  ratio('forwardSync', cpp, 1.25);
  ratio('forwardSync + dispose()', cpp, 1.25);
  ratio('forwardSync', jit, 0.9);
  ratio('forwardSync + dispose()', jit, 0.9);
  extra('16-16-1 forwardSync + item()', '16-16-1 forwardSync', 2);
  extra('forwardSync + toTypedArray()', 'forwardSync + dispose()', 2);
  extra('forwardSync + data', 'forwardSync + dispose()', 5);
  const rows = ['forwardSync in tidy', 'forwardSync, signature', 'forwardSync, signature, in tidy'];
  report.table(
    'the same, medians',
    ['', '/ C++', '/ Python', 'µs more'],
    rows.map((name) => [
      name,
      times[name].over(times[cpp]).median,
      times[name].over(times[jit]).median,
      times[name].minus(times['forwardSync + dispose()']).median,
    ]),
  );
  const kept = ['forwardSync', 'forwardSync + data'];
  report.table(
    'with the collection, medians',
    ['', '/ C++'],
    kept.map((name) => [name, collected[name].over(collected[cpp]).median]),
  );
  return report;
}
