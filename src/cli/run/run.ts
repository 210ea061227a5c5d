import { basename } from 'node:path';
import { failureData, reportFailure, SaidFailure, UsageError } from '../failure.js';
import { printJson } from '../json.js';
import { showProgress } from '../progress.js';
import { note, oneLine, paint, print } from '../terminal.js';
import { loadTorch, type Method, type ScriptModule, type Torch } from '../torch.js';
import { planArguments } from './arguments.js';
import { expandFiles } from './files.js';
import { checkLabels, findLabels } from './labels.js';
import { normalization, type RunOptions } from './options.js';
import { checkOutput } from './output.js';
import { batchLines, partLines, smallTensors, timingLines, topLines } from './report.js';
import { type RunResult, Session } from './session.js';
import { timingOf } from './timing.js';
import { ValueMaker } from './values.js';

/** Sets what must be set before the package does anything. */
export function prepare(
  torch: Torch,
  { threads, seed, json }: Pick<RunOptions, 'threads' | 'seed' | 'json'>,
): void {
  // One call at a time: it may have all the threads.
  torch.configure({ threads: 1, ...(threads !== undefined && { intraOpThreads: threads }) });
  if (seed !== undefined) torch.manualSeed(seed);
  torch.setWarningHandler((message) => {
    if (!json) note(`warning: ${oneLine(message)}`);
  });
}

/** The method of that name; where there is none, those that there are. */
export function methodOf(model: Pick<ScriptModule, 'methods'>, name: string): Method {
  const method = model.methods.find((one) => one.name === name);
  if (method !== undefined) return method;
  const names = model.methods.map((one) => one.name).join(', ') || 'none';
  throw new UsageError(`--method ${name}: the model has no such method; it has: ${names}`);
}

function report(file: string, torch: Torch, run: Ran): string[] {
  const { options, results, loadMs } = run;
  const threads = torch.defaultPoolInfo().intraOpThreads;
  const where = `${options.method} on ${options.device}, ${threads} thread${threads === 1 ? '' : 's'}`;
  const head = `${paint('bold', oneLine(basename(file)))}  ${paint('dim', where)}`;
  const timing = timingOf(results.flatMap(({ times }) => times));
  const times = timingLines(timing, results[0]?.firstMs ?? null, loadMs);
  const written = results.flatMap((one) => one.written);
  const wrote = written.length === 0 ? [] : ['', `wrote ${written.join(', ')}`];
  const [only] = results;
  if (options.batch !== undefined || only === undefined) {
    return [head, ...batchLines(results), ...times, ...wrote];
  }
  const { inputs, outputs, topK } = only;
  const inputLines = inputs.length === 0 ? [] : ['', paint('bold', 'Input'), ...partLines(inputs)];
  return [
    head,
    ...inputLines,
    '',
    paint('bold', 'Output'),
    ...partLines([{ name: '', parts: outputs }]),
    ...(topK.length > 0 ? [] : smallTensors(outputs)),
    ...topLines(topK),
    ...times,
    ...wrote,
  ];
}

interface Failed {
  readonly file: string;
  readonly error: unknown;
}

interface Ran {
  readonly options: RunOptions;
  readonly results: readonly RunResult[];
  readonly loadMs: number;
}

/** The command: loads, runs, reports. */
export async function run(file: string, options: RunOptions): Promise<void> {
  const isBatch = options.batch !== undefined;
  if (options.output !== undefined) checkOutput(options.output, isBatch);
  const files = options.batch === undefined ? [null] : expandFiles(options.batch);
  const torch = await loadTorch();
  prepare(torch, options);
  const begin = performance.now();
  const { device, executor } = options;
  const model = (await torch.loadModule(file, { device, executor })) as ScriptModule;
  const loadMs = performance.now() - begin;
  const labels = await findLabels(model, options.labels);
  const plan = planArguments(methodOf(model, options.method), options.input ?? [], isBatch);
  const { mean, std } = normalization(options);
  const maker = new ValueMaker(torch, {
    device,
    dtype: options.dtype ?? null,
    image: { size: options.size ?? null, gray: options.gray ?? false, mean, std, dtype: 'float32' },
  });
  const warmup = options.warmup ?? (options.repeat > 1 || isBatch ? 1 : 0);
  const session = new Session(torch, model, {
    ...options,
    labels,
    warmup,
    output: options.output ?? null,
  });
  const total = files.length * session.callsEach;
  const progress = total > 1 ? showProgress('running', total) : { step() {}, stop() {} };
  const results: RunResult[] = [];
  const failures: Failed[] = [];
  try {
    for (const one of files) {
      try {
        results.push(await session.run(plan, maker, one, progress));
      } catch (error) {
        // One bad file of many must not cost the others their results.
        if (one === null) throw error;
        failures.push({ file: one, error });
      }
    }
  } finally {
    progress.stop();
  }
  if (options.labels !== undefined) {
    const classes = results[0]?.topK[0]?.classes;
    if (classes !== undefined) checkLabels(labels, classes);
  }
  if (options.json) {
    const timing = timingOf(results.flatMap(({ times }) => times));
    const failed = failures.map(({ file, error }) => ({ file, ...failureData(error) }));
    printJson({ file, method: options.method, device, loadMs, timing, results, failures: failed });
  } else if (results.length > 0) {
    print(report(file, torch, { options, results, loadMs }));
  }
  model.dispose();
  for (const { file: failed, error } of failures) {
    note(oneLine(failed));
    reportFailure(error, options.verbose ?? false);
  }
  if (failures.length > 0) throw new SaidFailure();
}
