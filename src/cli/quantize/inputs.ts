import { makeInputs as makeCompared } from '../compare/inputs.js';
import { UsageError } from '../failure.js';
import { expandFiles } from '../run/files.js';
import { methodOf } from '../run/run.js';
import type { EvaluationBatch, ModuleInput, ScriptModule, Torch } from '../torch.js';
import { imageOptions } from './image-shape.js';
import type { QuantizeOptions } from './options.js';
import { inputsOf, type Reading } from './samples.js';

/** How files are read for a model. */
export async function readingOf(
  torch: Torch,
  model: ScriptModule,
  options: QuantizeOptions,
): Promise<Reading> {
  const image = await imageOptions(torch, model, options);
  const names = methodOf(model, 'forward').args.map(({ name }) => name);
  return { torch, image, names, batchSize: options.batchSize };
}

/** Inputs of files. */
export interface CalibrationFiles extends AsyncIterable<readonly ModuleInput[]> {
  readonly files: readonly string[];
}

/** Inputs of files, one after the other, read again whenever they are asked for. */
export function calibrationInputs(paths: readonly string[], reading: Reading): CalibrationFiles {
  const files = expandFiles(paths, '--calibrate');
  return {
    files,
    async *[Symbol.asyncIterator]() {
      for (const file of files) yield* await inputsOf(file, reading);
    },
  };
}

/** Inputs that the command line describes, or that the model brings with it. */
async function described(
  torch: Torch,
  model: ScriptModule,
  options: QuantizeOptions,
): Promise<readonly ModuleInput[][]> {
  const { each } = await makeCompared(torch, model, {
    ...options,
    method: 'forward',
    device: 'cpu',
  });
  const all: ModuleInput[][] = [];
  for await (const one of each) all.push([...one]);
  return all;
}

/** The first inputs of those there are: what outputs are compared on. */
export async function sampleInputs(
  torch: Torch,
  model: ScriptModule,
  reading: Reading,
  evaluation: readonly EvaluationBatch[] | null,
  options: QuantizeOptions,
): Promise<readonly (readonly ModuleInput[])[]> {
  const { calibrate, input, samples } = options;
  if (input === undefined && calibrate === undefined && evaluation !== null) {
    return evaluation.slice(0, samples).map(([inputs]) => {
      return inputs instanceof torch.Tensor ? [inputs] : inputs;
    });
  }
  if (calibrate === undefined || input !== undefined) return described(torch, model, options);
  const found: (readonly ModuleInput[])[] = [];
  for await (const one of calibrationInputs(calibrate, reading)) {
    if (found.push(one) >= samples) return found;
  }
  if (found.length > 0) return found;
  throw new UsageError(`--calibrate ${calibrate.join(' ')}: there are no inputs`);
}
