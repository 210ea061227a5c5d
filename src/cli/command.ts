import { Command } from 'commander';
import { paint } from './terminal.js';

/** Adds a command to the program; each lives in a folder of its own. */
export type AddCommand = (program: Command) => void;

/** A new command, with what all of them have. */
export function makeCommand(name: string, summary: string, examples: readonly string[]): Command {
  const shown = examples.map((example) => `  $ libtorch-node ${example}`).join('\n');
  return new Command(name)
    .description(summary)
    .summary(summary)
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', `\n${paint('bold', 'Examples:')}\n${shown}\n`)
    .configureHelp({ styleTitle: (title) => paint('bold', title), helpWidth: helpWidth() });
}

/** Columns of help, also where it is piped. */
export function helpWidth(): number {
  return Math.min(process.stdout.columns || 80, 100);
}
