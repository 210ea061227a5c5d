/** What a module gives elsewhere. */
import { Worker } from 'node:worker_threads';
import type { ScriptModule, Tensor } from '../../src/index.js';

/** Workers take no TypeScript. */
const entry = new URL('../../dist/index.js', import.meta.url).href;
const source = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { loadModule, moduleFromShared, setWarningHandler, tensor } from '${entry}';
  setWarningHandler(() => {});
  const x = tensor(workerData.x);
  const shared = moduleFromShared(workerData.shared);
  const loaded = await loadModule(workerData.bytes);
  const outputs = [await shared.forward(x), await loaded.forward(x)];
  parentPort.postMessage(outputs.map((y) => y.toArray()));
`;

/** The output of a module in a worker: of the shared one, and of one that is loaded from its bytes. */
export async function outputsInWorker(module: ScriptModule, x: Tensor): Promise<unknown[]> {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
    workerData: { x: x.toArray(), shared: module.share(), bytes: await module.toBytes() },
  });
  const outputs = await new Promise<unknown[]>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  await worker.terminate();
  return outputs;
}
