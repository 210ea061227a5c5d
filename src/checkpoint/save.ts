import { type Output, toBytes, writeOutput, writeOutputSync } from '../archive/writing.js';
import { ZipOutput } from '../archive/zip-writer.js';
import { makeError } from '../make-error.js';
import type { Float } from '../module/float.js';
import { toPath } from '../module/save-options.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { SafetensorsOutput } from './safetensors-writer.js';
import { TorchWriter } from './torch-writer.js';
import type { CheckpointValue } from './value.js';

/** A file format of weights: that of `torch.save`, or safetensors. */
export type CheckpointFormat = 'torch' | 'safetensors';

/** Options of `save`. */
export interface SaveCheckpointOptions {
  /** 'safetensors' for a path that ends so, else 'torch', unless given. */
  readonly format?: CheckpointFormat | undefined;
}

/** What `save` takes: what `load` gives, and undefined for None, `float(2)` for a float. */
export type SavableValue =
  | CheckpointValue
  | undefined
  | Float
  | readonly SavableValue[]
  | ReadonlySet<SavableValue>
  | ReadonlyMap<SavableValue, SavableValue>
  | { readonly [key: string]: SavableValue };

function formatOf(where: string, options: SaveCheckpointOptions | undefined): unknown {
  const format: unknown = checkOptions(where, options, ['format'])?.format;
  if (format === undefined || format === 'torch' || format === 'safetensors') return format;
  throw makeError(
    'ERR_INVALID_ARG_VALUE',
    `${where}: expected format to be 'torch' or 'safetensors', got ${describe(format)}`,
  );
}

function torchOutput(value: unknown, where: string): Output {
  const writer = new TorchWriter(where);
  const text = (name: string, content: string) => ({ name, bytes: Buffer.from(content, 'latin1') });
  const pickle = writer.write(value);
  const storages = [...writer.plan.records()].map(({ key, bytes }) => ({
    name: `archive/data/${key}`,
    bytes,
  }));
  return new ZipOutput([
    { name: 'archive/data.pkl', bytes: pickle },
    text('archive/.format_version', '1'),
    text('archive/.storage_alignment', '64'),
    text('archive/byteorder', 'little'),
    ...storages,
    text('archive/version', '3\n'),
  ]);
}

function outputOf(value: unknown, format: unknown, where: string): Output {
  return format === 'safetensors' ? new SafetensorsOutput(value, where) : torchOutput(value, where);
}

function prepare(
  value: unknown,
  path: unknown,
  options: SaveCheckpointOptions | undefined,
): [path: string, output: Output] {
  const target = toPath(path);
  const byName = target.toLowerCase().endsWith('.safetensors') ? 'safetensors' : 'torch';
  return [target, outputOf(value, formatOf('save', options) ?? byName, 'save')];
}

/**
 * Saves tensors, and containers, numbers and texts around them, as `torch.save` does: Python's
 * `torch.load(path, weights_only=True)` reads the file. An object becomes a dict, a Map an OrderedDict,
 * an array a list; an integral number an int. Tensors that share memory share it in the file. With
 * format 'safetensors', or such a path, tensors by name alone.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, naming the place, for values that files do not hold;
 * TorchError `ERR_UNSUPPORTED_VALUE` for dtypes that safetensors does not have, `ERR_SAVE_FAILED`
 * where the file cannot be written.
 * @example
 * ```ts
 * import { loadModule, save } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * await save(model.stateDict(), 'weights.pth');
 * await save(model.stateDict(), 'weights.safetensors');
 * await save({ epoch: 3, model: model.stateDict() }, 'checkpoint.pth');
 * ```
 */
export async function save(
  value: SavableValue,
  path: string | URL,
  options?: SaveCheckpointOptions,
): Promise<void> {
  await writeOutput(...prepare(value, path, options));
}

/**
 * `save` on this thread.
 *
 * @example
 * ```ts
 * import { ones, saveSync } from 'libtorch-node';
 *
 * saveSync({ weight: ones([2, 2]) }, 'weights.pth');
 * ```
 */
export function saveSync(
  value: SavableValue,
  path: string | URL,
  options?: SaveCheckpointOptions,
): void {
  writeOutputSync(...prepare(value, path, options));
}

/**
 * The bytes that `save` would write.
 *
 * @example
 * ```ts
 * import { load, ones, saveToBytes } from 'libtorch-node';
 *
 * const bytes = await saveToBytes({ weight: ones([2]) }, { format: 'safetensors' });
 * console.log(await load(bytes));
 * ```
 */
export async function saveToBytes(
  value: SavableValue,
  options?: SaveCheckpointOptions,
): Promise<Uint8Array> {
  return saveToBytesSync(value, options);
}

/**
 * `saveToBytes` on this thread.
 *
 * @example
 * ```ts
 * import { loadSync, ones, saveToBytesSync } from 'libtorch-node';
 *
 * console.log(loadSync(saveToBytesSync([ones([2]), 'text'])));
 * ```
 */
export function saveToBytesSync(value: SavableValue, options?: SaveCheckpointOptions): Uint8Array {
  return toBytes(outputOf(value, formatOf('saveToBytes', options), 'saveToBytes'));
}
