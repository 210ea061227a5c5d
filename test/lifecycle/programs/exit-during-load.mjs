/** Ends the process while modules are being loaded and saved. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadModule } from 'libtorch-node';
import { fixture, step } from './support.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'libtorch-node-exit-'));
const model = await loadModule(fixture('resnet'));
for (let i = 0; i < 20; i++) {
  loadModule(fixture('resnet'));
  model.save(path.join(folder, `${i}.pt`));
  model.toBytes();
  model.clone();
}
step('ending');
process.exit(7);
