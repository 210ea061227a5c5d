import { showProgress } from '../progress.js';
import type {
  EvaluationBatch,
  ModuleInput,
  QuantizationResult,
  QuantizeLayers,
  ScriptModule,
  Torch,
} from '../torch.js';
import { metrics, type QuantizeMethod, type QuantizeOptions } from './options.js';

/** What quantizing is given. */
export interface Given {
  readonly model: ScriptModule;
  readonly method: QuantizeMethod;
  /** What activations are observed on. */
  readonly calibration: AsyncIterable<readonly ModuleInput[]> | readonly (readonly ModuleInput[])[];
  readonly evaluation: readonly EvaluationBatch[] | null;
}

/** How the model is quantized: all chosen layers, or some of them. */
export function quantizer(
  torch: Torch,
  { model, method, calibration, evaluation }: Given,
  options: QuantizeOptions,
): (isLimited: boolean, onCalibrated?: () => void) => QuantizeLayers<ModuleInput[], never> {
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

/** Quantizes with a bar for what takes long. */
export async function quantizeShown(
  torch: Torch,
  given: Given,
  options: QuantizeOptions,
  inputs: number,
): Promise<QuantizationResult> {
  const isShown = given.method === 'static' && inputs > 1;
  const progress = isShown ? showProgress('calibrating', inputs) : null;
  try {
    const quantize = quantizer(torch, given, options)(true, () => progress?.step());
    return (await quantize()) as QuantizationResult;
  } finally {
    progress?.stop();
  }
}
