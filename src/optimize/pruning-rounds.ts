import { settle } from '../module/caller-stack.js';
import { float } from '../module/float.js';
import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import type { NativeChannels } from '../native/types.js';
import { remove } from '../pruning/pruned.js';
import { lnStructured } from '../pruning/structured.js';
import { customFromMask, globalUnstructured } from '../pruning/unstructured.js';
import { selectLayers } from '../quantization/layers.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ResolvedOptions } from './options.js';

/** Each parameter once, also where layers share it. */
function chooseLayers<Args extends unknown[], Output>(
  channels: readonly NativeChannels[],
  { prune, layers }: ResolvedOptions<Args, Output>,
): NativeChannels[] {
  const all = [...new Map(channels.map((layer) => [layer.weight, layer])).values()];
  const kinds = all.map(({ name }) => ({ name, kind: 'layer' }));
  const selected = selectLayers('optimize: prune', kinds, layers);
  return all.filter(
    ({ name, blocked }) =>
      selected.has(name) && (layers !== undefined || !prune?.structured || blocked === ''),
  );
}

/** Weights that are pruned step by step. @internal */
export class PruningRounds<Args extends unknown[], Output> {
  readonly #model: ScriptModule<Args, Output>;
  readonly #layers: readonly NativeChannels[];
  readonly #structured: boolean;
  /** Of what is left. */
  readonly #share: number;
  readonly #pruned = new Set<string>();

  private constructor(
    model: ScriptModule<Args, Output>,
    layers: readonly NativeChannels[],
    structured: boolean,
    share: number,
  ) {
    this.#model = model;
    this.#layers = layers;
    this.#structured = structured;
    this.#share = share;
  }

  static async of<A extends unknown[], O>(
    model: ScriptModule<A, O>,
    options: ResolvedOptions<A, O>,
  ): Promise<PruningRounds<A, O>> {
    const { handle } = requireParts('optimize', model);
    const layers = chooseLayers(await settle(native.pruning.channels(handle)), options);
    const { amount = 0, rounds = 1, structured = false } = options.prune ?? {};
    return new PruningRounds(model, layers, structured, 1 - (1 - amount) ** (1 / rounds));
  }

  /** The next round. */
  prune(): void {
    const amount = float(this.#share);
    if (this.#structured) {
      for (const layer of this.#layers) this.#pruneChannels(layer);
    } else if (this.#layers.length > 0) {
      const names = this.#layers.map(({ weight }) => weight);
      globalUnstructured(this.#model, names, { amount });
      for (const name of names) this.#pruned.add(name);
    }
  }

  #pruneChannels({ weight, others }: NativeChannels): void {
    lnStructured(this.#model, weight, { amount: float(this.#share), n: 2, dim: 0 });
    this.#pruned.add(weight);
    const mask = this.#model.attribute<Tensor>(`${weight}_mask`);
    const kept = mask.flatten(1).amax([1]);
    for (const other of others) {
      customFromMask(this.#model, other, kept);
      this.#pruned.add(other);
    }
  }

  /** Makes it permanent. */
  finish(): void {
    for (const name of this.#pruned) remove(this.#model, name);
  }
}
