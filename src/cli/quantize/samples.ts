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
  /** Rows of a batch. */
  readonly batchSize: number;
}

/** Whether a file is an image by its first bytes. */
export async function isImageFile(path: string): Promise<boolean> {
  return isImage((await headOf(path)).head);
}

/** An image as [1, channels, height, width]. */
export async function imageOf(path: string, { image }: Reading): Promise<Tensor> {
  if (image.size !== null) return readImage(path, image);
  throw new UsageError('--size: the model does not say how large its images are');
}

/** A tensor's rows, at most so many at once. */
export function rowsOf(tensor: Tensor, most: number): Tensor[] {
  const [rows = 0] = tensor.shape;
  if (tensor.shape.length < 2 || rows <= most) return [tensor];
  return tensor.split(most) as Tensor[];
}

/** What a checkpoint or a .npy file holds. */
export async function valuesOf(path: string, torch: Torch): Promise<ModuleInput> {
  if (path.endsWith('.npy')) return readNpy(torch, await readFile(path), path);
  return (await torch.load(path)) as ModuleInput;
}

/** A value of a mapping by the first of some names that it has. */
export function named(value: ModuleInput, names: readonly string[]): ModuleInput | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = new Map(value instanceof Map ? value : Object.entries(value));
  const name = names.find((one) => entries.has(one));
  return name === undefined ? undefined : entries.get(name);
}

/** Names under which files have inputs. */
export const inputNames = ['inputs', 'input', 'images', 'x'];

/** The inputs in a file: images one by one, tensors by rows, lists item by item. */
export async function inputsOf(path: string, reading: Reading): Promise<ModuleInput[][]> {
  const { torch, batchSize } = reading;
  if (await isImageFile(path)) return [[await imageOf(path, reading)]];
  const value = await valuesOf(path, torch);
  const found = named(value, inputNames) ?? value;
  const each = Array.isArray(found) ? (found as ModuleInput[]) : [found];
  return each.flatMap((item) => {
    if (item instanceof torch.Tensor) return rowsOf(item, batchSize).map((rows) => [rows]);
    if (Array.isArray(item)) return [item as ModuleInput[]];
    const expected = `expected a tensor, a list of inputs, or '${inputNames[0]}' with them`;
    throw new UsageError(`${path}: ${expected}`);
  });
}
