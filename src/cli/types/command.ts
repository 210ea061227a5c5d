import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { inspectModule } from '../../inspect/inspect.js';
import { type AddCommand, makeCommand } from '../command.js';
import { UsageError } from '../failure.js';
import { note, stdout } from '../terminal.js';
import { isName, typeNameOf } from './names.js';
import { typesSource } from './source.js';

interface Options {
  readonly output?: string;
  readonly name?: string;
}

async function types(file: string, { output, name }: Options): Promise<void> {
  if (output !== undefined && !/\.[mc]?ts$/.test(output)) {
    throw new UsageError(`--output: expected a .ts or .d.ts file, got '${output}'`);
  }
  if (name !== undefined && !isName(name)) {
    throw new UsageError(`--name: expected a name of a type, such as Resnet, got '${name}'`);
  }
  const module = await inspectModule(file);
  const source = typesSource(module, {
    name: name ?? typeNameOf(basename(file, extname(file))),
    file: basename(file),
    declarations: output !== undefined && /\.d\.[mc]?ts$/.test(output),
  });
  if (output === undefined) {
    stdout.write(source);
    return;
  }
  await writeFile(output, source);
  note(`wrote ${output}`);
}

export const addTypes: AddCommand = (program) => {
  const command = makeCommand('types', 'Write TypeScript types and a zod signature of a model', [
    'types resnet18.pt -o src/resnet18.ts',
    'types resnet18.pt -o src/resnet18.d.ts --name Resnet',
    'types resnet18.pt | less',
  ])
    .argument('<file>', 'a TorchScript model; it is read, not run')
    .option('-o, --output <file>', 'a .ts file, or a .d.ts for types alone; printed unless given')
    .option('--name <name>', "the name of the module's type; made of the file's name unless given")
    .action(types);
  program.addCommand(command);
};
