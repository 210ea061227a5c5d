/** first-result MODEL: from `require` to the first result of a model, in nanoseconds. */
import { createRequire } from 'node:module';

const begin = process.hrtime.bigint();
const { fromBuffer, loadModuleSync } = createRequire(import.meta.url)('libtorch-node');
const model = loadModuleSync(process.argv[2]);
const scores = model.forwardSync(fromBuffer(new Uint8Array(64), { shape: [1, 8, 8] }));
const [first] = scores.data;
const ns = Number(process.hrtime.bigint() - begin);
console.log(JSON.stringify({ ns, first }));
