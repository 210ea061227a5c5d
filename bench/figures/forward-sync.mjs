import { loadModuleSync, ones, setNumThreads, tensorSchema, tidy } from 'libtorch-node';
import { nativeProgram } from '../lib/native.mjs';
import { Peer } from '../lib/peer.mjs';
import { benchModel, fixture, python } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';
import { hereSync, measure } from '../lib/rounds.mjs';

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
    'forwardSync, disposed': (count) => {
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
      for (let i = 0; i < count; i++) signed.forwardSync(x);
    },
    'forwardSync, signature in tidy': (count) => {
      for (let i = 0; i < count; i++) {
        tidy(() => {
          signed.forwardSync(x);
        });
      }
    },
    'forwardSync + toTypedArray()': (count) => {
      for (let i = 0; i < count; i++) model.forwardSync(x).toTypedArray();
    },
    'forwardSync + data': (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += model.forwardSync(x).data.length;
      return sum;
    },
    '16-16-1 forwardSync': (count) => {
      for (let i = 0; i < count; i++) single.forwardSync(x);
    },
    '16-16-1 forwardSync + item()': (count) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += single.forwardSync(x).item();
      return sum;
    },
  };
}

export async function figure() {
  setNumThreads(1);
  const [path, singlePath] = [await fixture('mlp'), await benchModel('single')];
  const loops = ourLoops(
    loadModuleSync(path).eval(),
    loadModuleSync(path, { signature }).eval(),
    loadModuleSync(singlePath).eval(),
    ones([1, 16]),
  );
  const peers = {
    'C++ loop': await Peer.start({
      program: await nativeProgram('forward'),
      args: [path, '1x16'],
    }),
    'Python torch.jit': await Peer.start(
      await python('bench/peer.py', 'forward', path, '1x16', 'profiling'),
    ),
    'Python torch.jit, not optimized': await Peer.start(
      await python('bench/peer.py', 'forward', path, '1x16', 'off'),
    ),
  };
  const contenders = {};
  for (const [name, peer] of Object.entries(peers)) contenders[name] = (n) => peer.time(n);
  for (const [name, loop] of Object.entries(loops)) contenders[name] = hereSync(loop);
  const times = await measure(contenders, { rounds: 15, ms: 50 });
  for (const peer of Object.values(peers)) peer.close();

  const report = new Report('forward-sync', 'a 16-16-4 MLP, tensor in, tensor out, one thread');
  report.times('per call', times);
  const sync = times.forwardSync;
  const ratio = (name, peer, limit) => {
    const { median, min } = times[name].over(times[peer]);
    report.check(`${name} / ${peer}`, median, { limit, byMinima: min });
  };
  const extra = (name, base, limit) => {
    const { median, min } = times[name].minus(base);
    report.check(`${name}: more`, median, { limit, unit: 'µs', byMinima: min });
  };
  ratio('forwardSync', 'C++ loop', 1.25);
  ratio('forwardSync', 'Python torch.jit', 0.9);
  extra('16-16-1 forwardSync + item()', times['16-16-1 forwardSync'], 2);
  extra('forwardSync + toTypedArray()', sync, 2);
  extra('forwardSync + data', sync, 5);
  const others = [
    'forwardSync, signature',
    'forwardSync in tidy',
    'forwardSync, signature in tidy',
  ];
  report.table(
    'the same with',
    ['', '/ C++ loop', '/ Python', 'µs more'],
    ['forwardSync, disposed', ...others].map((name) => [
      name,
      times[name].over(times['C++ loop']).median,
      times[name].over(times['Python torch.jit']).median,
      times[name].minus(sync).median,
    ]),
  );
  return report;
}
