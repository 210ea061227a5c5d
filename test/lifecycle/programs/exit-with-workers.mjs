/** process.exit() of the main thread while its workers load, run and hold the pool. */
import { Worker } from 'node:worker_threads';
import { configure } from 'libtorch-node';
import { messageOf, step } from './support.mjs';

const file = new URL('worker.mjs', import.meta.url);
configure({ threads: 32, intraOpThreads: 1 });
const tasks = ['endlessModel', 'endlessOperator', 'manyRuns', 'loading'];
await Promise.all(tasks.map((task) => messageOf(new Worker(file, { workerData: { task } }))));
step('ending');
process.exit(7);
