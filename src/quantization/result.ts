import type { AccuracyComparison } from '../compare/accuracy.js';
import type { ModuleParts } from '../module/module-parts.js';
import { ScriptModule } from '../module/script-module.js';
import type { ModuleInput } from '../module/value.js';
import type { NativeQuantization } from '../native/types.js';
import type { Tensor } from '../tensor/tensor.js';
import type { QuantizableLayer } from './layers.js';

/** A layer that was quantized. */
export interface QuantizedLayer extends QuantizableLayer {
  /** Of its weights: 'qint8', 'float16', 'int8', 'int4' or 'uint8'. */
  readonly dtype: string;
}

/** A layer that stayed as it was. */
export interface SkippedLayer extends QuantizableLayer {
  /** Why, in words. */
  readonly reason: string;
}

/** A quantized module, and what became of each layer. */
export interface QuantizationResult<Args extends unknown[] = ModuleInput[], Output = Tensor> {
  /** A module of its own: the source stays as it is. */
  readonly module: ScriptModule<Args, Output>;
  /** In the order they run. */
  readonly quantized: readonly QuantizedLayer[];
  /** In the order they run. */
  readonly skipped: readonly SkippedLayer[];
  /** What it costs, of the source and of `module`; null without `evaluation`. */
  readonly accuracy: AccuracyComparison | null;
  /** Disposes of the module. */
  [Symbol.dispose](): void;
}

/** The public result of a rewriting; layers that were not selected are skipped for that. @internal */
export function makeResult<Args extends unknown[], Output>(
  parts: ModuleParts,
  layers: readonly QuantizableLayer[],
  selected: ReadonlySet<string>,
  native: NativeQuantization,
): QuantizationResult<Args, Output> {
  const module = new ScriptModule<Args, Output>({ ...parts, handle: native.module });
  const order = new Map(layers.map(({ name }, index) => [name, index]));
  const skipped: SkippedLayer[] = [...native.skipped];
  for (const layer of layers) {
    if (!selected.has(layer.name)) skipped.push({ ...layer, reason: 'it was not selected' });
  }
  skipped.sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  return {
    module,
    quantized: native.quantized,
    skipped,
    accuracy: null,
    [Symbol.dispose]() {
      module[Symbol.dispose]();
    },
  };
}
