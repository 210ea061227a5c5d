import { InvalidArgumentError } from 'commander';
import { type AddCommand, makeCommand } from '../command.js';
import { prune } from './prune.js';

/** A part of the whole. */
function fraction(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1, such as 0.5.');
}

export const addPrune: AddCommand = (program) => {
  const command = makeCommand('prune', 'Set the smallest weights to zero, or cut channels out', [
    'prune resnet.pt -o resnet-pruned.pt --amount 0.5',
    'prune resnet.pt -o resnet-small.pt --amount 0.3 --channels',
    "prune resnet.pt -o resnet-pruned.pt --amount 0.8 --layers 'layer4' fc",
  ])
    .argument('<model>', 'a TorchScript file; loading it runs its code')
    .requiredOption('-o, --output <file>', 'where the result goes; .ptl makes a lite module')
    .requiredOption('--amount <fraction>', 'which part goes, from 0 to 1', fraction)
    .option('--channels', 'whole channels of each layer, which are cut out')
    .option('--layers <name...>', "layers by qualified name; 'blocks.*.conv'")
    .option('--json', 'print everything as JSON')
    .action(prune);
  program.addCommand(command);
};
