import { basename } from 'node:path';
import { Option } from 'commander';
import { type AddCommand, makeCommand } from '../command.js';
import { UsageError } from '../failure.js';
import { printJson } from '../json.js';
import { showProgress } from '../progress.js';
import { note, oneLine, paint, print } from '../terminal.js';
import { loadTorch, type Method, type ScriptModule, type Torch } from '../torch.js';
import { planArguments } from './arguments.js';
import { expandFiles } from './files.js';
import { checkLabels, findLabels } from './labels.js';
import {
  channelValues,
  dtypeName,
  imageSize,
  normalization,
  type RunOptions,
  wholeNumber,
} from './options.js';
import { checkOutput } from './output.js';
import { batchLines, partLines, smallTensors, timingLines, topLines } from './report.js';
import { type RunResult, Session } from './session.js';
import { timingOf } from './timing.js';
import { ValueMaker } from './values.js';

/** Sets what must be set before the package does anything. */
function prepare(torch: Torch, { threads, seed, json }: RunOptions): void {
  // One call at a time: it may have all the threads.
  torch.configure({ threads: 1, ...(threads !== undefined && { intraOpThreads: threads }) });
  if (seed !== undefined) torch.manualSeed(seed);
  torch.setWarningHandler((message) => {
    if (!json) note(`warning: ${oneLine(message)}`);
  });
}

function methodOf(model: ScriptModule, name: string): Method {
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

interface Ran {
  readonly options: RunOptions;
  readonly results: readonly RunResult[];
  readonly loadMs: number;
}

async function run(file: string, options: RunOptions): Promise<void> {
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
  try {
    for (const one of files) results.push(await session.run(plan, maker, one, progress));
  } finally {
    progress.stop();
  }
  if (options.labels !== undefined) {
    const classes = results[0]?.topK[0]?.classes;
    if (classes !== undefined) checkLabels(labels, classes);
  }
  if (options.json) {
    const timing = timingOf(results.flatMap(({ times }) => times));
    printJson({ file, method: options.method, device, loadMs, timing, results });
  } else {
    print(report(file, torch, { options, results, loadMs }));
  }
  model.dispose();
}

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

export const addRun: AddCommand = (program) => {
  const command = makeCommand('run', 'Run a model on images, arrays or random numbers', [
    'run resnet18.pt -i random:1x3x224x224 --repeat 50',
    'run resnet18.pt -i cat.jpg --size 224 --mean imagenet --labels imagenet.txt',
    'run resnet18.pt --batch photos/ --size 224 --mean imagenet',
    "run bert.pt -i '[[101, 2023, 102]]:int64' -i ones:1x3:int64",
    'run digits.pt -i x.npy -i temperature=1.5 --method probabilities --output y.npy',
  ])
    .argument('<model>', 'a TorchScript model; loading it runs its code')
    .option(
      '-i, --input <value>',
      'one for each argument, in order or as name=value: a file (.npy, .pt, .safetensors#name, ' +
        '.json, an image), random:1x3x224x224[:dtype[:below]], randn:…, zeros:…, ones:…, ' +
        'JSON with or without :dtype, or text:…',
      collect,
    )
    .option('--batch <path...>', 'files, folders or patterns: one run each, as the first argument')
    .option('-m, --method <name>', 'the method to run', 'forward')
    .option('-n, --repeat <count>', 'calls to measure', wholeNumber(1), 1)
    .option(
      '--warmup <count>',
      'calls before those (default: 1 where several are measured)',
      wholeNumber(0),
    )
    .option(
      '-k, --top-k <count>',
      'classes to show of [N, C] scores; 0 for none',
      wholeNumber(0),
      5,
    )
    .option('--labels <file>', 'words for classes: lines, JSON, or extra:NAME inside the model')
    .option('-d, --device <device>', 'cpu, cuda or cuda:1', 'cpu')
    .option(
      '--dtype <dtype>',
      'what tensors are converted to; uint8 keeps images 0 to 255',
      dtypeName,
    )
    .addOption(
      new Option('--executor <mode>', 'how code is executed')
        .choices(['off', 'simple', 'profiling'])
        .default('off'),
    )
    .option('-t, --threads <count>', 'threads inside an operator', wholeNumber(1))
    .option('--seed <number>', 'of random inputs and of the model', wholeNumber(0))
    .option('--size <height[xwidth]>', 'scale and crop images to this', imageSize)
    .option('--gray', 'images with one channel')
    .option(
      '--mean <values>',
      "subtract from images: 'imagenet' (with its std) or 0.5,0.5,0.5",
      channelValues,
    )
    .option('--std <values>', 'then divide by', channelValues)
    .option(
      '-o, --output <file>',
      'write the result: .npy, .pt, .safetensors; a folder with --batch',
    )
    .option('--json', 'print everything as JSON')
    .action(run);
  program.addCommand(command);
};
