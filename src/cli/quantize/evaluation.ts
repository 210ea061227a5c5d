import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../failure.js';
import { expandFiles } from '../run/files.js';
import type { EvaluationBatch, ModuleInput, Tensor } from '../torch.js';
import {
  argumentsOf,
  batchesOf,
  entriesOf,
  imageOf,
  named,
  type Reading,
  valuesOf,
} from './samples.js';

const inOrder = new Intl.Collator('en', { numeric: true });
const targetNames = ['targets', 'target', 'labels', 'y'];

/** Folders of a folder: one for each class, as torchvision's ImageFolder has them. */
function classFolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort(inOrder.compare)
    .map((name) => path.join(folder, name));
}

async function ofImages(folder: string, reading: Reading): Promise<EvaluationBatch[]> {
  const { torch, batchSize } = reading;
  const folders = classFolders(folder);
  if (folders.length === 0) {
    throw new UsageError(`--evaluate ${folder}: expected a folder of images for each class`);
  }
  const files = folders.flatMap((one, label) => {
    return expandFiles([one], '--evaluate').map((file) => ({ file, label }));
  });
  const batches: EvaluationBatch[] = [];
  for (let at = 0; at < files.length; at += batchSize) {
    const some = files.slice(at, at + batchSize);
    const images = await Promise.all(some.map(({ file }) => imageOf(file, reading)));
    batches.push([torch.cat(images), some.map(({ label }) => label)]);
    for (const image of images) image.dispose();
  }
  return batches;
}

async function ofFile(file: string, reading: Reading): Promise<EvaluationBatch[]> {
  const { torch, names, batchSize } = reading;
  const value = await valuesOf(file, torch);
  const entries = entriesOf(value, torch);
  const pair = Array.isArray(value) && value.length === 2 ? (value as ModuleInput[]) : null;
  const args = pair === null ? argumentsOf(entries, names) : [pair[0]];
  const targets = pair === null ? named(entries, targetNames) : pair[1];
  if (args === null || !(targets instanceof torch.Tensor)) {
    throw new UsageError(`--evaluate ${file}: expected tensors called inputs and targets`);
  }
  const answers = targets.split(batchSize) as Tensor[];
  const batches = batchesOf(args, reading);
  const rows = batches.map(([first]) => (first instanceof torch.Tensor ? first.shape[0] : null));
  if (rows.join() !== answers.map(({ shape }) => shape[0]).join()) {
    throw new UsageError(`--evaluate ${file}: there are not as many targets as inputs`);
  }
  return batches.map((inputs, at) => [inputs, answers[at]!] as const);
}

/** What the model is judged by: folders of images by class, or files with inputs and targets. */
export async function evaluationData(
  paths: readonly string[],
  reading: Reading,
): Promise<EvaluationBatch[]> {
  const batches: EvaluationBatch[] = [];
  for (const one of paths) {
    const found = statSync(one, { throwIfNoEntry: false });
    if (found === undefined) throw new UsageError(`--evaluate ${one}: no such file or folder`);
    batches.push(...(await (found.isDirectory() ? ofImages : ofFile)(one, reading)));
  }
  return batches;
}
