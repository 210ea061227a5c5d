#!/usr/bin/env node
/** `libtorch-node`: the command line. Nothing of LibTorch is loaded until a command needs it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { packageRoot } from '../native/find-addon.js';
import { helpWidth } from './command.js';
import { commands } from './commands.js';
import { reportFailure } from './failure.js';
import { watchInterrupts } from './interrupt.js';
import { paint, stderr, stdout } from './terminal.js';

function version(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/** Whoever reads the output may stop, as `head` does: there is nothing left to do then. */
function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
}

function makeProgram(): Command {
  const program = new Command('libtorch-node')
    .description('Look into PyTorch models, run them, and type them, without Python')
    .version(version(), '-V, --version', 'print the version of the package')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError()
    .showHelpAfterError("'libtorch-node --help' shows what there is")
    .configureHelp({ styleTitle: (title) => paint('bold', title), helpWidth: helpWidth() })
    .exitOverride();
  for (const add of commands) add(program);
  for (const command of program.commands) {
    command
      .option('--verbose', 'show where an error comes from')
      .copyInheritedSettings(program)
      .showHelpAfterError(`'libtorch-node ${command.name()} --help' shows how`);
  }
  return program;
}

async function main(args: readonly string[]): Promise<number> {
  const program = makeProgram();
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportFailure(error, args.includes('--verbose'));
  }
}

endWithReader(stdout);
endWithReader(stderr);
watchInterrupts();
process.exitCode = await main(process.argv.slice(2));
