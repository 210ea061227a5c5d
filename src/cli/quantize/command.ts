import { InvalidArgumentError, Option } from 'commander';
import { type AddCommand, makeCommand } from '../command.js';
import { channelValues, dtypeName, imageSize, wholeNumber } from '../run/options.js';
import { metrics } from './options.js';
import { quantize } from './quantize.js';

const collect = (value: string, all: readonly string[] = []): string[] => [...all, value];

/** A number of at least 0. */
function drop(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('Expected a number such as 0.02.');
}

export const addQuantize: AddCommand = (program) => {
  const command = makeCommand('quantize', 'Make a model smaller and faster, and measure the loss', [
    'quantize bert.pt -o bert.int8.pt -i random:1x128:int64:30522',
    'quantize resnet.pt -o resnet.int8.ptl --calibrate photos/ --size 224 --mean imagenet',
    'quantize resnet.pt -o small.pt --calibrate photos/ --size 224 --report report.html',
    'quantize digits.pt -o digits.int8.pt --evaluate test/ --max-accuracy-drop 0.01',
  ])
    .argument('<model>', 'a TorchScript file; loading it runs its code')
    .requiredOption('-o, --output <file>', 'where the result goes; .ptl makes a lite module')
    .addOption(
      new Option(
        '--method <method>',
        'static: activations too, calibrated (the default with --calibrate); dynamic: linear, ' +
          'LSTM and GRU layers (else the default); weights: smaller alone; float16: dynamic',
      ).choices(['static', 'dynamic', 'weights', 'float16']),
    )
    .option('--calibrate <path...>', 'images, folders of them, .pt, .safetensors, .npy of inputs')
    .option('--layers <name...>', "layers by qualified name; 'encoder.layers.*.linear1'")
    .addOption(
      new Option(
        '--engine <engine>',
        'whose kernels are used; the best one there is unless given',
      ).choices(['x86', 'fbgemm', 'onednn', 'qnnpack']),
    )
    .addOption(
      new Option('--observers <kind>', 'how static finds ranges').choices([
        'histogram',
        'minmax',
        'perChannelMinMax',
      ]),
    )
    .addOption(
      new Option('--bits <count>', 'of linear layers by weights').choices(['8', '4']).default('8'),
    )
    .option(
      '--evaluate <path...>',
      'a folder with one of images per class, or a file of inputs, targets',
    )
    .addOption(
      new Option('--metric <name>', 'what is measured on them')
        .choices(Object.keys(metrics))
        .default('accuracy'),
    )
    .option('--max-accuracy-drop <number>', 'write nothing where more of the metric is lost', drop)
    .option('--keep-float', 'instead leave the layers in float that cost most')
    .option('-i, --input <value>', "inputs to compare outputs on, as for 'run'", collect)
    .option('--samples <count>', 'how many inputs outputs are compared on', wholeNumber(1), 8)
    .option('--batch-size <count>', 'rows of files at a time', wholeNumber(1), 32)
    .option('-n, --iterations <count>', 'calls to measure; 0 for none', wholeNumber(0), 20)
    .option('--no-memory', 'do not measure peak memory')
    .option('--report <file>', 'write a page with all of it drawn')
    .option('--no-sensitivity', 'do not measure each layer for the report')
    .option('--size <height[xwidth]>', 'scale and crop images to this', imageSize)
    .option('--gray', 'images with one channel')
    .option('--mean <values>', "subtract from images: 'imagenet' or 0.5,0.5,0.5", channelValues)
    .option('--std <values>', 'then divide by', channelValues)
    .option('--dtype <dtype>', 'of images and of inputs by -i', dtypeName)
    .option('-t, --threads <count>', 'threads inside an operator', wholeNumber(1))
    .option('--seed <number>', 'of random inputs', wholeNumber(0))
    .option('--json', 'print everything as JSON')
    .action(quantize);
  program.addCommand(command);
};
