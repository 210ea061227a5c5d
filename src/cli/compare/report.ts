import { basename } from 'node:path';
import stringWidth from 'string-width';
import { count, number, plural } from '../figures.js';
import { type Column, heading, table, wrap } from '../table.js';
import { oneLine, paint, width } from '../terminal.js';
import type { Difference, ErrorFigures, ModuleComparison } from '../torch.js';
import { figureLines } from './figures.js';

const MOST_ROWS = 40;
const BAR = 12;

/** What the user called the models. */
export interface Names {
  readonly reference: string;
  readonly other: string;
}

interface Where {
  readonly device: string;
  readonly threads: number;
}

/** Names that tell the models apart. */
function shortNames({ reference, other }: Names): Names {
  const short = { reference: oneLine(basename(reference)), other: oneLine(basename(other)) };
  if (short.reference !== short.other) return short;
  return { reference: `${short.reference} (1)`, other: `${short.other} (2)` };
}

/** 1.29e-4: errors are compared by their powers of ten. */
function figure(value: number | null): string {
  if (value === null) return '–';
  return value === 0 ? '0' : value.toExponential(2);
}

/** 1e-4 */
const short = (value: number): string => (value === 0 ? '0' : value.toExponential());

/** Digits enough to see how far from 1 it is. */
function cosine(value: number | null): string {
  if (value === null) return '–';
  return value === 1 ? '1' : (Math.trunc(value * 1e7) / 1e7).toFixed(7);
}

function share(value: number | null): string {
  return value === null ? '' : `${number(Math.floor(value * 1e4) / 100)} %`;
}

const columns: readonly Column[] = [
  { title: 'output', shrinks: true },
  { title: 'max abs', align: 'right' },
  { title: 'mean abs', align: 'right' },
  { title: 'max rel', align: 'right' },
  { title: 'cosine', align: 'right' },
  { title: 'top-1', align: 'right' },
  { title: 'of atol' },
];

/** How much of what is allowed the largest error takes. */
function allowance({ maxAbsoluteError, allClose }: ErrorFigures, atol: number): string {
  if (maxAbsoluteError === null) return '';
  const used = atol === 0 ? Number(maxAbsoluteError > 0) : maxAbsoluteError / atol;
  const shown = Math.min(1, used);
  const full = Math.round(shown * BAR);
  const drawn = '█'.repeat(full) + '░'.repeat(BAR - full);
  return paint(allClose ? 'green' : 'red', drawn);
}

function errorLines({ outputs, atol, rtol, inputs }: ModuleComparison): string[] {
  const hasRows = outputs.some(({ top1Agreement }) => top1Agreement !== null);
  const error = (one: ErrorFigures): number => one.maxAbsoluteError ?? Number.POSITIVE_INFINITY;
  const shown =
    outputs.length <= MOST_ROWS ? outputs : [...outputs].sort((a, b) => error(b) - error(a));
  const rows = shown
    .slice(0, MOST_ROWS)
    .map((one) => [
      oneLine(one.output) || '(all)',
      figure(one.maxAbsoluteError),
      figure(one.meanAbsoluteError),
      figure(one.maxRelativeError),
      cosine(one.cosineSimilarity),
      hasRows ? share(one.top1Agreement) : '',
      allowance(one, atol),
    ]);
  const shapes = hasRows ? columns : columns.filter(({ title }) => title !== 'top-1');
  const cells = hasRows ? rows : rows.map((row) => row.filter((_, at) => at !== 5));
  const more = outputs.length - MOST_ROWS;
  const note = more > 0 ? [`  … and ${plural(more, 'output')} with smaller errors`] : [];
  const about = `${plural(inputs.length, 'input')}, allowed: ${short(atol)} + ${short(rtol)} × |reference|`;
  if (rows.length === 0) return ['', heading('Errors', 'there is nothing that both give')];
  return ['', heading('Errors', about), ...table(shapes, cells), ...note];
}

function shownBy({ inputs }: Difference, all: number): string {
  return inputs === all ? '' : `${count(inputs)} of ${plural(all, 'input')}`;
}

function differenceLines({ differences, inputs }: ModuleComparison): string[] {
  if (differences.length === 0) return [];
  const rows = differences
    .slice(0, MOST_ROWS)
    .map((one) => [
      one.kind,
      oneLine(one.output) || '(all)',
      oneLine(one.reference ?? 'nothing'),
      oneLine(one.other ?? 'nothing'),
      [shownBy(one, inputs.length), one.counts ? '' : 'does not count'].filter(Boolean).join(', '),
    ]);
  const cells: Column[] = [
    { title: '' },
    { title: 'output', shrinks: true },
    { title: 'reference', shrinks: true },
    { title: 'other', shrinks: true },
    { title: '' },
  ];
  return ['', heading('Differences'), ...table(cells, rows)];
}

function verdict({ passed, errors, inputs, differences }: ModuleComparison): string[] {
  if (passed) return [`${paint('green', '✔')} The models agree.`];
  const failed = inputs.filter((one) => !one.passed);
  const parts: string[] = [];
  if (errors.notClose > 0) {
    const [worst] = [...inputs].sort(
      (a, b) => (b.maxAbsoluteError ?? 0) - (a.maxAbsoluteError ?? 0),
    );
    parts.push(
      `${count(errors.notClose)} of ${plural(errors.elements, 'element')} too far apart` +
        (errors.notFinite > 0 ? ` (${count(errors.notFinite)} not finite in one alone)` : '') +
        (worst && inputs.length > 1 ? `, farthest for input ${worst.input}` : ''),
    );
  }
  const counting = differences.filter(({ counts }) => counts).length;
  if (counting > 0) parts.push(plural(counting, 'difference'));
  const of = inputs.length > 1 ? ` on ${failed.length} of ${inputs.length} inputs` : '';
  const lines = wrap(
    `The models do not agree${of}: ${parts.join('; ')}.`,
    Math.min(width(), 80) - 2,
  );
  return lines.map((line, at) => `${at === 0 ? paint('red', '✘') : ' '} ${line}`);
}

/** The whole report. */
export function reportLines(given: Names, found: ModuleComparison, where: Where): string[] {
  const names = shortNames(given);
  const about = `${found.method} on ${where.device}, ${plural(where.threads, 'thread')}`;
  const title = `${paint('bold', names.reference)} against ${paint('bold', names.other)}`;
  const isWide = stringWidth(`${title}  ${about}`) > width();
  const head = isWide ? [title, paint('dim', about)] : [`${title}  ${paint('dim', about)}`];
  return [
    ...head,
    ...errorLines(found),
    ...differenceLines(found),
    ...figureLines(names, found),
    '',
    ...verdict(found),
  ];
}
