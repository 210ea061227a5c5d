import { readFile } from 'node:fs/promises';
import { UsageError } from '../failure.js';
import { type ImageOptions, readImage } from '../run/images.js';
import { readNpy } from '../run/npy.js';
import { headOf, isImage } from '../run/values.js';
import type { ModuleInput, Tensor, Torch } from '../torch.js';

/** What files are read into. */
export interface Reading {
  readonly torch: Torch;
  readonly image: ImageOptions;
  /** Of the arguments of forward. */
  readonly names: readonly string[];
  /** Rows of a batch. */
  readonly batchSize: number;
}

type Entries = ReadonlyMap<unknown, ModuleInput>;

/** Names under which files have the only argument. */
const inputNames = ['inputs', 'input', 'images', 'x'];

/** Whether a file is an image by its first bytes. */
export async function isImageFile(path: string): Promise<boolean> {
  return isImage((await headOf(path)).head);
}

/** An image as [1, channels, height, width]. */
export async function imageOf(path: string, { image }: Reading): Promise<Tensor> {
  if (image.size !== null) return readImage(path, image);
  throw new UsageError('--size: the model does not say how large its images are');
}

/** What a checkpoint or a .npy file holds. */
export async function valuesOf(path: string, torch: Torch): Promise<ModuleInput> {
  if (path.endsWith('.npy')) return readNpy(torch, await readFile(path), path);
  return (await torch.load(path)) as ModuleInput;
}

/** A dictionary's values by their keys; null for what is none. */
export function entriesOf(value: ModuleInput, torch: Torch): Entries | null {
  if (value instanceof Map) return value as Entries;
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value) || value instanceof torch.Tensor) return null;
  return new Map(Object.entries(value as Readonly<Record<string, ModuleInput>>));
}

/** The first of some names that there is. */
export function named(entries: Entries | null, names: readonly string[]): ModuleInput | undefined {
  return entries?.get(names.find((name) => entries.has(name)));
}

/** Arguments by the names that forward has for them, or the only one by a usual name. */
export function argumentsOf(
  entries: Entries | null,
  names: readonly string[],
): ModuleInput[] | null {
  if (entries === null) return null;
  const last = names.findLastIndex((name) => entries.has(name));
  if (last >= 0) return names.slice(0, last + 1).map((name) => entries.get(name));
  const only = named(entries, inputNames);
  return only === undefined ? null : [only];
}

/** The arguments of each batch: tensors with as many rows are cut, others stay as they are. */
export function batchesOf(args: readonly ModuleInput[], reading: Reading): ModuleInput[][] {
  const { torch, batchSize } = reading;
  const rowsOf = (value: ModuleInput): number | null => {
    return value instanceof torch.Tensor && value.shape.length > 1 ? value.shape[0]! : null;
  };
  const rows = Math.max(0, ...args.map((one) => rowsOf(one) ?? 0));
  if (rows <= batchSize) return [[...args]];
  const cut = args.map((one) => {
    return rowsOf(one) === rows ? ((one as Tensor).split(batchSize) as Tensor[]) : null;
  });
  return Array.from({ length: Math.ceil(rows / batchSize) }, (_, batch) => {
    return args.map((one, at) => cut[at]?.[batch] ?? one);
  });
}

/** The inputs in a file: images one by one, tensors by rows, lists item by item. */
export async function inputsOf(path: string, reading: Reading): Promise<ModuleInput[][]> {
  const { torch, names } = reading;
  if (await isImageFile(path)) return [[await imageOf(path, reading)]];
  const value = await valuesOf(path, torch);
  const each = Array.isArray(value) ? (value as ModuleInput[]) : [value];
  return each.flatMap((item) => {
    if (item instanceof torch.Tensor) return batchesOf([item], reading);
    if (Array.isArray(item)) return [item as ModuleInput[]];
    const args = argumentsOf(entriesOf(item, torch), names);
    if (args !== null) return batchesOf(args, reading);
    const named = [...names.slice(0, 3), inputNames[0]].map((name) => `'${name}'`).join(', ');
    throw new UsageError(`${path}: expected a tensor, a list of inputs, or tensors by ${named}`);
  });
}
