import { InvalidArgumentError, Option } from 'commander';
import { type AddCommand, makeCommand } from '../command.js';
import { channelValues, dtypeName, imageSize, wholeNumber } from '../run/options.js';
import { compare } from './compare.js';

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

/** A number of at least 0. */
function tolerance(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('Expected a number such as 1e-4.');
}

export const addCompare: AddCommand = (program) => {
  const command = makeCommand('compare', 'Compare two models on the same inputs', [
    'compare resnet18.pt resnet18.ptl -i random:1x3x224x224',
    'compare resnet18.pt small.pt -i random:1x3x224x224 --samples 16 --atol 1e-2',
    'compare resnet18.pt resnet18.ptl --batch photos/ --size 224 --mean imagenet',
    'compare mlp.pt mlp-half.pt -i random:1x16 --other-dtype float16 --json',
  ])
    .argument('<reference>', 'the model to measure against; loading it runs its code')
    .argument('<other>', 'the model that is judged')
    .option(
      '-i, --input <value>',
      "as for 'run': a file, random:1x3x224x224[:dtype], JSON, …; without any, the inputs that " +
        'the reference brings with it',
      collect,
    )
    .option('--batch <path...>', 'files, folders or patterns: one input each')
    .option('--samples <count>', 'how often inputs are made: random ones differ', wholeNumber(1), 1)
    .option('-m, --method <name>', 'the method to run', 'forward')
    .option('--atol <number>', 'how far elements may be apart', tolerance, 1e-4)
    .option('--rtol <number>', 'and how far for their size', tolerance, 1e-5)
    .option('--check-dtype', 'outputs must have the same dtypes too')
    .option('-n, --iterations <count>', 'calls to measure; 0 for none', wholeNumber(0), 20)
    .option('--warmup <count>', 'calls before those', wholeNumber(0), 3)
    .option('--no-memory', 'do not measure peak memory')
    .option('--dtype <dtype>', 'what input tensors are converted to', dtypeName)
    .option('--other-dtype <dtype>', 'what floating-point ones are for the other', dtypeName)
    .option('-d, --device <device>', 'cpu, cuda or cuda:1', 'cpu')
    .addOption(
      new Option('--executor <mode>', 'how code is executed')
        .choices(['off', 'simple', 'profiling'])
        .default('off'),
    )
    .option('-t, --threads <count>', 'threads inside an operator', wholeNumber(1))
    .option('--seed <number>', 'of random inputs and of the models', wholeNumber(0))
    .option('--size <height[xwidth]>', 'scale and crop images to this', imageSize)
    .option('--gray', 'images with one channel')
    .option('--mean <values>', "subtract from images: 'imagenet' or 0.5,0.5,0.5", channelValues)
    .option('--std <values>', 'then divide by', channelValues)
    .option('--allow-flatbuffer', 'read flatbuffer files too')
    .option('--json', 'print everything as JSON')
    .action(compare);
  program.addCommand(command);
};
