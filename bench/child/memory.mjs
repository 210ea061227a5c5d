/** memory KIND MODEL COUNT: RSS after a warm-up, at the end, and its peak between. */
import { loadModuleSync, memoryUsage, ones, setNumThreads, tidy } from 'libtorch-node';

const [kind, path, count] = process.argv.slice(2);
setNumThreads(1);
const x = ones([1, 16]);
const model = loadModuleSync(path);

const steps = {
  awaited: () => model.forward(x),
  tidy: () => {
    tidy(() => {
      model.forwardSync(x);
    });
  },
  sync: () => {
    model.forwardSync(x);
  },
  cycles: () => {
    const own = loadModuleSync(path);
    own.forwardSync(x).dispose();
    own.dispose();
  },
};

const megabytes = () => process.memoryUsage.rss() / 2 ** 20;
let peakMb = 0;

async function run(times) {
  const step = steps[kind];
  for (let i = 1; i <= times; i++) {
    const pending = step();
    if (pending !== undefined) await pending;
    if (i % Math.ceil(times / 100) === 0) peakMb = Math.max(peakMb, megabytes());
  }
}

await run(Number(count) / 10);
const startMb = megabytes();
peakMb = 0;
await run(Number(count));
console.log(JSON.stringify({ startMb, endMb: megabytes(), peakMb, left: memoryUsage() }));
