import { writeFile } from 'node:fs/promises';
import { UsageError } from '../failure.js';
import { printJson } from '../json.js';
import { showProgress } from '../progress.js';
import { prepare } from '../run/run.js';
import { note, oneLine, print } from '../terminal.js';
import {
  type LayerSensitivity,
  loadTorch,
  type ModuleComparison,
  type ModuleInput,
  type Torch,
} from '../torch.js';
import { evaluationData } from './evaluation.js';
import type { Findings } from './findings.js';
import { calibrationInputs, readingOf, sampleInputs } from './inputs.js';
import { summaryLines } from './lines.js';
import { type Given, quantizer, quantizeShown } from './methods.js';
import { metrics, type QuantizeOptions } from './options.js';
import { reportPage } from './report/page.js';
import { loadWithFiles, saveAs } from './save.js';
import { weightSpreads } from './weights.js';

type Samples = readonly (readonly ModuleInput[])[];

async function layerCosts(
  torch: Torch,
  given: Given,
  samples: Samples,
  layers: number,
  options: QuantizeOptions,
): Promise<LayerSensitivity[]> {
  const { evaluation, model } = given;
  const batches = evaluation ?? samples.map((inputs) => [inputs, null] as const);
  const progress = showProgress('measuring layers', layers);
  try {
    return await torch.sensitivity(model, batches, {
      method: quantizer(torch, given, options)(false) as never,
      ...(evaluation !== null && { metric: metrics[options.metric] }),
      onProgress: () => progress.step(),
    });
  } finally {
    progress.stop();
  }
}

async function comparisonOf(
  torch: Torch,
  { model, evaluation }: Given,
  samples: Samples,
  options: QuantizeOptions,
): Promise<ModuleComparison> {
  const { iterations, memory, output } = options;
  const steps = samples.length + (evaluation?.length ?? 0) + iterations + (memory ? 2 : 0);
  const progress = showProgress('comparing', steps);
  try {
    return await torch.compareModules(model, output, samples, {
      iterations,
      memory,
      ...(evaluation && { evaluation: { batches: evaluation, metric: metrics[options.metric] } }),
      onProgress: ({ phase }) => progress.step(phase),
    });
  } finally {
    progress.stop();
  }
}

/** What PyTorch says of the dtypes that were asked for is no news here. */
function silence(torch: Torch, { json }: QuantizeOptions): void {
  torch.setWarningHandler((message) => {
    const isKnown = /torch\.quint8, torch\.qint8, and torch\.qint32 are deprecated/.test(message);
    if (!isKnown && !json) note(`warning: ${oneLine(message)}`);
  });
}

function checkOptions(options: QuantizeOptions): void {
  const { maxAccuracyDrop, evaluate, keepFloat, calibrate, method } = options;
  if (maxAccuracyDrop !== undefined && evaluate === undefined) {
    throw new UsageError('--max-accuracy-drop needs --evaluate, with data that says what is right');
  }
  if (keepFloat && maxAccuracyDrop === undefined) {
    throw new UsageError('--keep-float needs --max-accuracy-drop');
  }
  if (method === 'static' && calibrate === undefined && options.input === undefined) {
    throw new UsageError('--method static needs --calibrate, or inputs by -i');
  }
}

/** The command: quantizes, saves, measures, reports. */
export async function quantize(source: string, options: QuantizeOptions): Promise<void> {
  checkOptions(options);
  const { output, calibrate, evaluate, engine, report } = options;
  const torch = await loadTorch();
  prepare(torch, options);
  silence(torch, options);
  // Files that are loaded pack their weights for it.
  if (engine !== undefined) torch.backends.quantized.engine = engine;
  const model = await loadWithFiles(torch, source);
  model.eval();
  const method = options.method ?? (calibrate === undefined ? 'dynamic' : 'static');
  const reading = await readingOf(torch, model, options);
  const evaluation = evaluate === undefined ? null : await evaluationData(evaluate, reading);
  const samples = await sampleInputs(torch, model, reading, evaluation, options);
  const calibration = calibrate === undefined ? samples : calibrationInputs(calibrate, reading);
  const given: Given = { model, method, calibration, evaluation };
  const { result, inputs, duration } = await quantizeShown(torch, given, options);
  await saveAs(output, result.module, model);
  const { quantized, skipped } = result;
  if (quantized.length === 0) {
    note('warning: no layer was quantized; --method and --layers choose which could be');
  }
  const sensitivity =
    report !== undefined && options.sensitivity && quantized.length > 0
      ? await layerCosts(torch, given, samples, quantized.length, options)
      : null;
  const { version: libtorch, cpuCapability, quantizedEngine } = torch.backends();
  const findings: Findings = {
    files: { source, output },
    how: {
      method,
      engine: method === 'weights' ? null : (engine ?? quantizedEngine),
      calibration: inputs,
      maxAccuracyDrop: options.maxAccuracyDrop ?? null,
      duration,
    },
    machine: {
      libtorch,
      instructions: cpuCapability,
      threads: torch.defaultPoolInfo().intraOpThreads,
    },
    quantized,
    skipped,
    comparison: await comparisonOf(torch, given, samples, options),
    sensitivity,
    weights: weightSpreads(torch, model, quantized),
  };
  if (report !== undefined) await writeFile(report, reportPage(findings));
  if (options.json) printJson(findings);
  else print(summaryLines(findings, report ?? null));
  result.module.dispose();
  model.dispose();
}
