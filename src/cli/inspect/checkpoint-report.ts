import { bytes } from '../figures.js';
import { facts, flow, heading, table } from '../table.js';
import { oneLine, paint } from '../terminal.js';
import type { CheckpointInspection } from './checkpoint.js';
import { firstOf, tensorSection } from './tensors.js';

/** What a file of weights holds, for people. */
export function checkpointReport(
  name: string,
  checkpoint: CheckpointInspection,
  all: boolean,
): string[] {
  const { format, holds, tensors, values, classes } = checkpoint;
  const [shown, rest] = firstOf(values, all);
  const columns = [
    { title: 'name', shrinks: true },
    { title: 'value', shrinks: true },
  ];
  const rows = shown.map(({ name, value }) => [oneLine(name) || '(itself)', oneLine(value)]);
  const others = values.length === 0 ? [] : ['', heading('Other values'), ...table(columns, rows)];
  const unknown =
    classes.length === 0
      ? []
      : ['', heading('Python classes', 'nothing of them is run'), ...flow(classes.map(oneLine))];
  return [
    paint('bold', oneLine(name)),
    ...facts([
      ['format', format],
      ['holds', oneLine(holds)],
      ['size', bytes(checkpoint.bytes)],
    ]),
    ...tensorSection('Tensors', tensors, all),
    ...others,
    ...rest,
    ...unknown,
  ];
}
