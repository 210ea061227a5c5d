import { readSource, readSourceSync } from '../archive/with-source.js';
import { type ModuleSource, toNativeSource } from '../module/source.js';
import { optionsCheck } from '../options.js';
import type { Device } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ReadCheckpointOptions, readCheckpoint } from './read-checkpoint.js';
import { findStateDict } from './state-dict.js';
import type { CheckpointValue } from './value.js';

/** Options of `load`. */
export interface LoadOptions {
  /** Where the tensors go, wherever they were when saved: 'cpu', unless given. */
  readonly device?: Device | undefined;
  /** Objects of other classes become records; they are errors unless this is true. */
  readonly allowUnknownClasses?: boolean | undefined;
}

/** Options of `loadStateDict`. */
export interface LoadStateDictFileOptions {
  /** Where the tensors go, wherever they were when saved: 'cpu', unless given. */
  readonly device?: Device | undefined;
  /** Where in a checkpoint the state dict lies: 'model', or 'ema.model'. */
  readonly key?: string | undefined;
}

const check = optionsCheck('load', (z) =>
  z.strictObject({
    device: z.string().min(1).optional(),
    allowUnknownClasses: z.boolean().optional(),
  }),
);
const checkStateDict = optionsCheck('loadStateDict', (z) =>
  z.strictObject({ device: z.string().min(1).optional(), key: z.string().optional() }),
);

function resolve(options: LoadOptions | undefined): ReadCheckpointOptions {
  const { device, allowUnknownClasses } = options === undefined ? {} : check(options);
  return {
    device: device === undefined || device === 'cpu' ? null : device,
    allowUnknownClasses: allowUnknownClasses ?? false,
    select: (value) => value,
  };
}

function resolveStateDict(options: LoadStateDictFileOptions | undefined): ReadCheckpointOptions {
  const { device, key } = options === undefined ? {} : checkStateDict(options);
  return {
    device: device === undefined || device === 'cpu' ? null : device,
    // What lies beside the weights does not matter here, and is not run either.
    allowUnknownClasses: true,
    select: (value, where) => findStateDict(value, key, where),
  };
}

function toMap(value: CheckpointValue): Map<string, Tensor> {
  const entries = value instanceof Map ? value : Object.entries(value as object);
  return new Map(entries as Iterable<[string, Tensor]>);
}

/**
 * Loads what `torch.save` wrote, in the zip format or the one before it, or a safetensors file; the
 * content decides. Nothing of the file is run: only tensors, numbers, text and containers have a
 * meaning, as with Python's `weights_only=True`. Tensors that shared memory when saved share it again;
 * their memory is copied once, from the file to its place.
 *
 * @throws LoadError `ERR_LOAD_FAILED` for a damaged file; TorchError `ERR_UNSUPPORTED_FORMAT` for
 * another kind of file, `ERR_UNSUPPORTED_VALUE` for objects of other classes and dtypes.
 * @example
 * ```ts
 * import { load, randn, save } from 'libtorch-node';
 *
 * await save({ epoch: 3, weights: new Map([['fc.weight', randn([4, 16])]]) }, 'checkpoint.pt');
 * const checkpoint = (await load('checkpoint.pt')) as { epoch: number };
 * console.log(checkpoint.epoch); // 3
 * ```
 */
export async function load(source: ModuleSource, options?: LoadOptions): Promise<CheckpointValue> {
  const resolved = resolve(options);
  return readSource(toNativeSource(source, 'load'), (bytes) => readCheckpoint(bytes, resolved));
}

/**
 * `load` on this thread.
 *
 * @example
 * ```ts
 * import { loadSync, ones, saveToBytesSync } from 'libtorch-node';
 *
 * console.log(loadSync(saveToBytesSync([1, ones([2]), 'text'])));
 * ```
 */
export function loadSync(source: ModuleSource, options?: LoadOptions): CheckpointValue {
  const resolved = resolve(options);
  const given = toNativeSource(source, 'loadSync');
  return readSourceSync(given, (bytes) => readCheckpoint(bytes, resolved));
}

/**
 * Loads a state dict: tensors by name, ready for `model.loadStateDict`, from a file as `load` takes
 * it. In a checkpoint that holds more, `key` says where it lies; only its tensors are read, and
 * objects of unknown classes beside it do not matter.
 *
 * @throws LoadError `ERR_STATE_DICT` for another value, with the keys where state dicts lie; else
 * as `load`.
 * @example
 * ```ts
 * import { loadModule, loadStateDict, save } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * await save({ epoch: 3, model: model.stateDict() }, 'checkpoint.pt');
 * await model.loadStateDict(await loadStateDict('checkpoint.pt', { key: 'model' }));
 * ```
 */
export async function loadStateDict(
  source: ModuleSource,
  options?: LoadStateDictFileOptions,
): Promise<Map<string, Tensor>> {
  const resolved = resolveStateDict(options);
  const given = toNativeSource(source, 'loadStateDict');
  return toMap(await readSource(given, (bytes) => readCheckpoint(bytes, resolved)));
}

/**
 * `loadStateDict` on this thread.
 *
 * @example
 * ```ts
 * import { loadModuleSync, loadStateDictSync, saveSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * saveSync(model.stateDict(), 'weights.safetensors');
 * model.loadStateDictSync(loadStateDictSync('weights.safetensors'));
 * ```
 */
export function loadStateDictSync(
  source: ModuleSource,
  options?: LoadStateDictFileOptions,
): Map<string, Tensor> {
  const resolved = resolveStateDict(options);
  const given = toNativeSource(source, 'loadStateDictSync');
  return toMap(readSourceSync(given, (bytes) => readCheckpoint(bytes, resolved)));
}
