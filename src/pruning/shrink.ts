import { noGrad } from '../autograd/modes.js';
import { checkSignal, settleModules, type TransformOptions } from '../jit/transform.js';
import { makeError } from '../make-error.js';
import { type ModuleParts, requireParts } from '../module/module-parts.js';
import { ScriptModule } from '../module/script-module.js';
import type { ModuleInput } from '../module/value.js';
import { native } from '../native/addon.js';
import type { NativeShrunk } from '../native/types.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { Tensor } from '../tensor/tensor.js';

/** A layer that gives fewer channels than before. */
export interface ShrunkLayer {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** Empty channels of a layer that stay. */
export interface KeptChannels {
  readonly name: string;
  readonly channels: number;
  /** Why, in words. */
  readonly reason: string;
}

/** A module with channels cut out. */
export interface ShrinkResult<Args extends unknown[] = ModuleInput[], Output = Tensor> {
  /** A module of its own: the source stays as it is. */
  readonly module: ScriptModule<Args, Output>;
  readonly shrunk: readonly ShrunkLayer[];
  readonly kept: readonly KeptChannels[];
  /** Disposes of the module. */
  [Symbol.dispose](): void;
}

/** Options of `shrinkSync`. */
export interface ShrinkSyncOptions<Args extends unknown[] = ModuleInput[]> {
  /** Arguments of forward, with which both modules are run and compared. */
  readonly example?: Readonly<Args> | undefined;
}

/** Options of `shrink`. */
export interface ShrinkOptions<Args extends unknown[] = ModuleInput[]>
  extends ShrinkSyncOptions<Args>,
    TransformOptions {}

function checkExample(where: string, example: unknown): void {
  if (example === undefined || Array.isArray(example)) return;
  const got = describe(example);
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: example: expected an array of forward's arguments, got ${got}`,
  );
}

function requireEqual(where: string, before: unknown, after: unknown): void {
  const pairs: [unknown, unknown][] = [[before, after]];
  for (const [a, b] of pairs) {
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let i = 0; i < a.length; i++) pairs.push([a[i], b[i]]);
    } else if (a instanceof Tensor) {
      const close = b instanceof Tensor && a.allclose(b, { rtol: 1e-3, atol: 1e-4 });
      if (close) continue;
      throw makeError(
        'ERR_NOT_SHRINKABLE',
        `${where}: the outputs for the example differ without the channels that were cut out`,
      );
    }
  }
}

function makeResult<Args extends unknown[], Output>(
  parts: ModuleParts,
  { module: handle, shrunk, kept }: NativeShrunk,
): ShrinkResult<Args, Output> {
  const module = new ScriptModule<Args, Output>({ ...parts, handle });
  return { module, shrunk, kept, [Symbol.dispose]: () => module[Symbol.dispose]() };
}

/**
 * A copy without the channels of convolutions and linear layers whose weights are all zero, or that no
 * later layer reads: the parameters have their names and smaller shapes, masks are made permanent, and
 * outputs are equal up to rounding. What a channel adds as a constant goes into the bias or the running
 * mean behind the next layer. Channels stay, with the reason in `kept`, where the graph is not a chain of
 * convolution, batch norm, activation, pooling, flattening and linear layers, or where zero padding
 * would cut a constant off. Throws ERR_NOT_SHRINKABLE, with the reasons, where none can be cut out, and
 * ERR_TRAINING in training mode. Inputs have a batch dimension.
 *
 * @example
 * ```ts
 * import { loadModule, prune } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * prune.lnStructured(model, 'fc1.weight', { amount: 0.5, n: 2, dim: 0 });
 * using small = await prune.shrink(model);
 * console.log(small.shrunk); // [{ name: 'fc1', before: 16, after: 8 }]
 * console.log(small.module.namedParameters().get('fc2.weight')?.shape); // [4, 8]
 * await small.module.save('mlp-small.pt');
 * ```
 */
export async function shrink<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: ShrinkOptions<Args>,
): Promise<ShrinkResult<Args, Output>> {
  const where = 'prune.shrink';
  const parts = requireParts(where, model);
  checkOptions(where, options, ['example', 'signal']);
  checkExample(where, options?.example);
  const signal = checkSignal(where, options?.signal);
  let made: NativeShrunk | undefined;
  await settleModules(async () => {
    made = await native.pruning.shrink(parts.handle);
    return [made.module];
  }, signal);
  const result = makeResult<Args, Output>(parts, made as NativeShrunk);
  if (options?.example === undefined) return result;
  try {
    const args = options.example as unknown as Args;
    const runs = noGrad(() => [model.forward(...args), result.module.forward(...args)]);
    requireEqual(where, ...((await Promise.all(runs)) as [unknown, unknown]));
  } catch (error) {
    result[Symbol.dispose]();
    throw error;
  }
  return result;
}

/**
 * `shrink` on this thread.
 *
 * @example
 * ```ts
 * import { loadModuleSync, prune, randn } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * prune.lnStructured(model, 'fc1.weight', { amount: 0.5, n: 2, dim: 0 });
 * using small = prune.shrinkSync(model, { example: [randn([1, 16])] });
 * ```
 */
export function shrinkSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: ShrinkSyncOptions<Args>,
): ShrinkResult<Args, Output> {
  const where = 'prune.shrinkSync';
  const parts = requireParts(where, model);
  checkOptions(where, options, ['example']);
  checkExample(where, options?.example);
  const result = makeResult<Args, Output>(parts, native.pruning.shrinkSync(parts.handle));
  if (options?.example === undefined) return result;
  try {
    const args = options.example as unknown as Args;
    noGrad(() =>
      requireEqual(where, model.forwardSync(...args), result.module.forwardSync(...args)),
    );
  } catch (error) {
    result[Symbol.dispose]();
    throw error;
  }
  return result;
}
