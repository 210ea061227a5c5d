import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { UsageError } from '../failure.js';
import type { ModuleValue, Tensor, Torch } from '../torch.js';
import { partsOf } from './describe.js';
import { writeNpy } from './npy.js';

const kinds: ReadonlySet<string> = new Set(['.npy', '.pt', '.pth', '.safetensors']);

/** Refuses a place to write to before anything is run. */
export function checkOutput(output: string, isBatch: boolean): void {
  const kind = extname(output).toLowerCase();
  if (isBatch) {
    if (kinds.has(kind)) {
      throw new UsageError(
        '--output: with --batch it is a folder, in which each file gets its .npy',
      );
    }
  } else if (!kinds.has(kind)) {
    throw new UsageError(`--output: expected a .npy, .pt or .safetensors file, got '${output}'`);
  }
}

/** A name of a part that a file may have: '[0].boxes' is '0.boxes'. */
function nameOf(at: string): string {
  const name = at.replace(/\[([^\]]*)\]/g, '.$1').replace(/[^\w.-]+/g, '_');
  return name.replace(/^\.+/, '');
}

/** Writes what a run gave; gives back the files. */
export async function writeOutput(
  torch: Torch,
  value: ModuleValue,
  output: string,
): Promise<string[]> {
  const kind = extname(output).toLowerCase();
  await mkdir(dirname(output), { recursive: true });
  if (kind === '.pt' || kind === '.pth') {
    await torch.save(value as Parameters<Torch['save']>[0], output);
    return [output];
  }
  const tensors: [string, Tensor][] = [];
  for (const part of partsOf(value)) {
    if (part.value instanceof torch.Tensor) tensors.push([nameOf(part.at), part.value]);
  }
  if (tensors.length === 0) throw new Error(`--output ${output}: the result holds no tensors`);
  if (kind === '.safetensors') {
    await torch.save(new Map(tensors.map(([name, one]) => [name || 'output', one])), output);
    return [output];
  }
  const stem = join(dirname(output), basename(output, extname(output)));
  const files = tensors.map(([name, tensor]) => {
    return [tensors.length === 1 ? output : `${stem}.${name}.npy`, tensor] as const;
  });
  for (const [file, tensor] of files) await writeFile(file, writeNpy(tensor));
  return files.map(([file]) => file);
}

/** Where results of a batch go: each file's own .npy, also where files of several folders share a name. */
export class BatchOutput {
  private readonly folder: string;
  private readonly taken = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
  }

  of(file: string): string {
    const stem = basename(file, extname(file));
    let name = stem;
    for (let next = 2; this.taken.has(name); next++) name = `${stem}-${next}`;
    this.taken.add(name);
    return join(this.folder, `${name}.npy`);
  }
}
