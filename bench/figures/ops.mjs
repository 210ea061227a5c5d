import { add, ones, ops, tidy } from 'libtorch-node';
import { nativeProgram } from '../lib/native.mjs';
import { Peer } from '../lib/peer.mjs';
import { python } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';
import { hereSync, measure } from '../lib/rounds.mjs';

export async function figure() {
  const [a, b] = [ones([4]), ones([4])];
  const peers = {
    'C++ callBoxed': await Peer.start({ program: await nativeProgram('operator') }),
    'Python torch.add': await Peer.start(await python('bench/peer.py', 'add')),
  };
  const loop = (add) =>
    hereSync((count) => {
      for (let i = 0; i < count; i++) add(a, b);
    });
  const contenders = {
    'add(a, b)': loop(add),
    'a.add(b)': loop((x, y) => x.add(y)),
    'add(a, b).dispose()': loop((x, y) => add(x, y).dispose()),
    'ops.aten.add.Tensor(a, b).dispose()': loop((x, y) => ops.aten.add.Tensor(x, y).dispose()),
    'add(a, b) in tidy, 100 each': (count) =>
      hereSync((count_) => {
        for (let i = 0; i < count_; i += 100) {
          tidy(() => {
            for (let k = 0; k < 100; k++) add(a, b);
          });
        }
      })(Math.ceil(count / 100) * 100),
  };
  for (const [name, peer] of Object.entries(peers)) contenders[name] = (n) => peer.time(n);
  const times = await measure(contenders, { rounds: 15, ms: 50 });
  for (const peer of Object.values(peers)) peer.close();

  const report = new Report('ops', 'aten::add on two tensors of four elements');
  report.times('per call', times);
  const rows = Object.values(times).map((one) => [
    one.name,
    ...Object.keys(peers).map((peer) => one.over(times[peer]).median),
  ]);
  report.table('ratios', ['', ...Object.keys(peers).map((peer) => `/ ${peer}`)], rows);
  return report;
}
