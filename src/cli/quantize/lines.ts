import { basename } from 'node:path';
import { figureLines } from '../compare/figures.js';
import { bytes, duration, number, plural } from '../figures.js';
import { type Column, heading, table, wrap } from '../table.js';
import { oneLine, paint, width } from '../terminal.js';
import type { Findings } from './findings.js';
import { decibels } from './report/layers.js';

const MOST_ROWS = 40;

/** Layers and what became of them; many of the same fate are cut. */
function layerLines({ quantized, skipped, sensitivity }: Findings): string[] {
  const costs = new Map(sensitivity?.map(({ name, errors }) => [name, errors.sqnr]));
  const rows = [
    ...quantized.map(({ name, kind, dtype }) => {
      const noise = costs.has(name) ? decibels(costs.get(name) ?? null) : '';
      return [oneLine(name), kind, paint('green', dtype), noise, ''];
    }),
    ...skipped.map(({ name, kind, reason }) => {
      return [oneLine(name), kind, paint('yellow', 'float'), '', oneLine(reason)];
    }),
  ];
  const columns: Column[] = [
    { title: 'layer', shrinks: true },
    { title: 'kind' },
    { title: 'weights' },
    { title: costs.size > 0 ? 'alone' : '', align: 'right' },
    { title: skipped.length > 0 ? 'why' : '', shrinks: true },
  ];
  const more = rows.length - MOST_ROWS;
  const about = `${quantized.length} quantized, ${skipped.length} left as they were`;
  return [
    '',
    heading('Layers', about),
    ...table(columns, rows.slice(0, MOST_ROWS)),
    ...(more > 0 ? [`  … and ${plural(more, 'layer')} more`] : []),
  ];
}

function accuracyLines({ comparison, how }: Findings): string[] {
  const { accuracy, errors } = comparison;
  const lines = ['', heading('Accuracy')];
  if (accuracy !== null) {
    const { metric, samples, reference, other, drop } = accuracy;
    const five = (value: number): string => number(Number(value.toPrecision(5)));
    const limit = how.maxAccuracyDrop === null ? '' : `, ${number(how.maxAccuracyDrop)} allowed`;
    const lost = drop > 0 ? `${five(drop)} lost` : 'nothing lost';
    const over = `over ${plural(samples, 'sample')}`;
    lines.push(`  ${metric}  ${five(reference)} → ${five(other)}: ${lost}${limit}, ${over}`);
  }
  const noise = `  output to noise  ${decibels(errors.sqnr)}`;
  const agreement = errors.top1Agreement;
  const same =
    agreement === null ? '' : `, the same class for ${number(Math.floor(agreement * 1e4) / 100)} %`;
  return [...lines, `${noise}${same}`];
}

/** What the terminal shows. */
export function summaryLines(findings: Findings, report: string | null): string[] {
  const { files, how, comparison } = findings;
  const names = { reference: basename(files.source), other: basename(files.output) };
  const shown = { reference: oneLine(names.reference), other: oneLine(names.other) };
  const about = [
    how.method,
    how.engine,
    how.calibration === null ? null : `calibrated on ${plural(how.calibration, 'input')}`,
    duration(how.duration),
  ].filter((part) => part !== null);
  const size = comparison.other.sizeBytes;
  const wrote = `wrote ${files.output}${size === null ? '' : `, ${bytes(size)}`}`;
  const most = Math.min(width(), 100);
  return [
    `${paint('bold', shown.reference)} → ${paint('bold', shown.other)}  ${paint('dim', about.join(', '))}`,
    ...layerLines(findings),
    ...accuracyLines(findings),
    ...figureLines(shown, comparison),
    '',
    ...wrap(oneLine(wrote), most),
    ...(report === null ? [] : wrap(oneLine(`wrote ${report}`), most)),
  ];
}
