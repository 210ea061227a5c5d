import { showProgress } from '../progress.js';
import type {
  EvaluationBatch,
  ModuleInput,
  QuantizationResult,
  QuantizeLayers,
  ScriptModule,
  Torch,
} from '../torch.js';
import type { CalibrationFiles } from './inputs.js';
import { metrics, type QuantizeMethod, type QuantizeOptions } from './options.js';

/** What quantizing is given. */
export interface Given {
  readonly model: ScriptModule;
  readonly method: QuantizeMethod;
  /** What activations are observed on. */
  readonly calibration: CalibrationFiles | readonly (readonly ModuleInput[])[];
  readonly evaluation: readonly EvaluationBatch[] | null;
}

/** How the model is quantized: all chosen layers, or some of them. */
export function quantizer(
  torch: Torch,
  { model, method, calibration, evaluation }: Given,
  options: QuantizeOptions,
): (
  isLimited: boolean,
  onCalibrated?: (progress: { readonly done: number }) => void,
) => QuantizeLayers<ModuleInput[], never> {
  const { engine, observers, bits, maxAccuracyDrop, keepFloat = false } = options;
  const data = evaluation && { batches: evaluation, metric: metrics[options.metric] };
  const limit = data && {
    evaluation: data,
    maxAccuracyDrop,
    whenExceeded: keepFloat ? ('keepFloat' as const) : undefined,
  };
  return (isLimited, onCalibrated) => (chosen) => {
    const layers = chosen ?? options.layers;
    const common = { layers, ...(isLimited && limit) };
    const made = ((): Promise<QuantizationResult> => {
      switch (method) {
        case 'static':
          return torch.quantizeStatic(model, calibration, {
            ...common,
            engine,
            observers,
            onProgress: onCalibrated,
          });
        case 'weights':
          return torch.quantizeWeights(model, {
            ...common,
            linear: bits === '4' ? 'int4' : 'int8',
          });
        default: {
          const dtype = method === 'float16' ? 'float16' : 'qint8';
          return torch.quantizeDynamic(model, { ...common, engine, dtype });
        }
      }
    })();
    return made as Promise<QuantizationResult<ModuleInput[], never>>;
  };
}

/** What was quantized, and how many inputs activations were observed on. */
export interface Quantized {
  readonly result: QuantizationResult;
  readonly inputs: number | null;
  /** Milliseconds. */
  readonly duration: number;
}

/** Quantizes with a bar for what takes long. */
export async function quantizeShown(
  torch: Torch,
  given: Given,
  options: QuantizeOptions,
): Promise<Quantized> {
  const { calibration, method } = given;
  const total = 'files' in calibration ? calibration.files.length : calibration.length;
  const isShown = method === 'static' && total > 1;
  const progress = isShown ? showProgress('calibrating', total) : null;
  const begin = performance.now();
  let inputs = 0;
  try {
    const quantize = quantizer(
      torch,
      given,
      options,
    )(true, ({ done }) => {
      // A file may hold many inputs, and some are quantized more than once.
      if (done <= total && done > inputs) progress?.step();
      inputs = Math.max(inputs, done);
    });
    const result = (await quantize()) as QuantizationResult;
    const duration = performance.now() - begin;
    return { result, inputs: method === 'static' ? inputs : null, duration };
  } finally {
    progress?.stop();
  }
}
