import { UsageError } from '../failure.js';
import { type Arguments, makeArguments, planArguments } from '../run/arguments.js';
import { expandFiles } from '../run/files.js';
import { normalization } from '../run/options.js';
import { methodOf } from '../run/run.js';
import { ValueMaker } from '../run/values.js';
import type { ArchiveModule, Method, ModuleInput, Torch } from '../torch.js';
import type { CompareOptions } from './options.js';

/** What both models get. */
export interface Inputs {
  readonly count: number;
  readonly each: AsyncIterable<readonly ModuleInput[]>;
}

type InputOptions = Pick<
  CompareOptions,
  'method' | 'batch' | 'input' | 'samples' | 'device' | 'dtype' | 'size' | 'gray' | 'mean' | 'std'
>;

/** Arguments by place alone: not every engine takes names. */
function inOrder(method: Method, { args, kwargs }: Arguments): readonly ModuleInput[] {
  const all = [...args];
  for (const name of Object.keys(kwargs)) {
    const at = method.args.findIndex((argument) => argument.name === name);
    all[at] = kwargs[name];
  }
  const gap = method.args.find((_, at) => at < all.length && !(at in all));
  if (gap !== undefined) {
    throw new UsageError(`${method.name}: give --input for ${gap.name}, before those after it`);
  }
  return all;
}

/** Inputs that the command line asks for; else those that are bundled with the model. */
export async function makeInputs(
  torch: Torch,
  model: ArchiveModule,
  options: InputOptions,
): Promise<Inputs> {
  const method = methodOf(model, options.method);
  const { batch, input = [], samples } = options;
  if (batch === undefined && input.length === 0 && method.args.length > 0) {
    const bundled = await model.bundledInputs(options.method);
    if (bundled.length > 0) {
      return { count: bundled.length, each: fromList(bundled as readonly ModuleInput[][]) };
    }
  }
  const plan = planArguments(method, input, batch !== undefined);
  const { mean, std } = normalization(options);
  const { device, dtype = null, size = null, gray = false } = options;
  const image = { size, gray, mean, std, dtype: 'float32' } as const;
  const maker = new ValueMaker(torch, { device, dtype, image });
  const files = batch === undefined ? [null] : expandFiles(batch);
  return {
    count: files.length * samples,
    each: (async function* () {
      for (let sample = 0; sample < samples; sample++) {
        for (const file of files) yield inOrder(method, await makeArguments(plan, maker, file));
      }
    })(),
  };
}

async function* fromList<T>(list: readonly T[]): AsyncIterable<T> {
  yield* list;
}
