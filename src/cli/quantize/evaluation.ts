import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../failure.js';
import { expandFiles } from '../run/files.js';
import type { EvaluationBatch, ModuleInput, Tensor } from '../torch.js';
import { imageOf, inputNames, named, type Reading, valuesOf } from './samples.js';

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

async function ofFile(file: string, { torch, batchSize }: Reading): Promise<EvaluationBatch[]> {
  const value = await valuesOf(file, torch);
  const [inputs, targets] = [inputNames, targetNames].map((names) => named(value, names));
  const [x, y] = Array.isArray(value) ? (value as ModuleInput[]) : [inputs, targets];
  if (!(x instanceof torch.Tensor && y instanceof torch.Tensor)) {
    throw new UsageError(`--evaluate ${file}: expected tensors called inputs and targets`);
  }
  if (x.shape.length === 0 || x.shape[0] !== y.shape[0]) {
    const rows = [x, y].map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
    throw new UsageError(`--evaluate ${file}: inputs and targets have shapes ${rows}`);
  }
  const split = (one: Tensor): Tensor[] => one.split(batchSize) as Tensor[];
  const answers = split(y);
  return split(x).map((some, at) => [some, answers[at]!] as const);
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
