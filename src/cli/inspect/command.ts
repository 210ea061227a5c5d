import { basename } from 'node:path';
import { type AddCommand, makeCommand } from '../command.js';
import { printJson } from '../json.js';
import { print } from '../terminal.js';
import { checkpointReport } from './checkpoint-report.js';
import { moduleReport } from './module-report.js';
import { readAny } from './read-any.js';

interface Options {
  readonly json?: boolean;
  readonly all?: boolean;
}

async function inspect(file: string, { json = false, all = false }: Options): Promise<void> {
  const found = await readAny(file);
  if (json) {
    printJson({ file, ...found });
    return;
  }
  const name = basename(file);
  print(
    found.kind === 'module'
      ? moduleReport(name, found.module, all)
      : checkpointReport(name, found.checkpoint, all),
  );
}

export const addInspect: AddCommand = (program) => {
  const command = makeCommand('inspect', 'Show what a model or weights file holds; runs nothing', [
    'inspect resnet18.pt',
    'inspect resnet18.pt --all | less',
    'inspect weights.safetensors',
    "inspect untrusted.pt --json | jq '.module.risks'",
  ])
    .argument('<file>', 'TorchScript (.pt, .ptl), checkpoint of torch.save, or safetensors')
    .option('--json', 'print everything as JSON')
    .option('--all', 'long lists in full')
    .action(inspect);
  program.addCommand(command);
};
