import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';

/**
 * Lets the `FakeQuantize` modules of a module follow the ranges of values again, as they do at first:
 * PyTorch's `enable_observer`. Throws ERR_NOT_PREPARED where there are none, ERR_MODULE_BUSY during runs.
 *
 * @example
 * ```ts
 * import { disableObserver, enableObserver, loadModule, prepareQat } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using qat = await prepareQat(model);
 * disableObserver(qat);
 * enableObserver(qat);
 * ```
 */
export function enableObserver<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
): void {
  native.quantization.enableObserver(handleOf('enableObserver', model), true);
}

/**
 * Keeps the ranges as they are, in the last epochs and wherever a run is to change nothing: PyTorch's
 * `disable_observer`. Throws ERR_NOT_PREPARED where there are none, ERR_MODULE_BUSY during runs.
 *
 * @example
 * ```ts
 * import { disableObserver, loadModule, ones, prepareQat } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using qat = await prepareQat(model);
 * await qat.forward(ones([2, 16]));
 * disableObserver(qat);
 * const y = await qat.eval().forward(ones([2, 16]).mul(100)); // clipped to the ranges seen
 * ```
 */
export function disableObserver<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
): void {
  native.quantization.enableObserver(handleOf('disableObserver', model), false);
}

/**
 * Lets a module round its values again, as it does at first: PyTorch's `enable_fake_quant`. Throws
 * ERR_NOT_PREPARED where there are no `FakeQuantize` modules, ERR_MODULE_BUSY during runs.
 *
 * @example
 * ```ts
 * import { disableFakeQuant, enableFakeQuant, loadModule, prepareQat } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using qat = await prepareQat(model);
 * disableFakeQuant(qat);
 * enableFakeQuant(qat);
 * ```
 */
export function enableFakeQuant<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
): void {
  native.quantization.enableFakeQuant(handleOf('enableFakeQuant', model), true);
}

/**
 * Lets a module compute as in float while ranges are still followed, to begin with or to compare:
 * PyTorch's `disable_fake_quant`. Throws ERR_NOT_PREPARED where there are no `FakeQuantize` modules,
 * ERR_MODULE_BUSY during runs.
 *
 * @example
 * ```ts
 * import { disableFakeQuant, loadModule, ones, prepareQat } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using qat = await prepareQat(model);
 * disableFakeQuant(qat);
 * const [a, b] = [qat.forwardSync(ones([2, 16])), model.forwardSync(ones([2, 16]))];
 * console.log(a.sub(b).abs().max().lt(1e-6).item()); // true
 * ```
 */
export function disableFakeQuant<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
): void {
  native.quantization.enableFakeQuant(handleOf('disableFakeQuant', model), false);
}

function handleOf(where: string, model: unknown): NativeModule {
  return requireParts(where, model).handle;
}
