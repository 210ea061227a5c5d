import { Option } from 'commander';
import { type AddCommand, makeCommand } from '../command.js';
import { channelValues, dtypeName, imageSize, wholeNumber } from './options.js';
import { run } from './run.js';

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
