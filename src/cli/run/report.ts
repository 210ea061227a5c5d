import { bar } from '../bar.js';
import { duration, number, plural } from '../figures.js';
import { type Column, heading, table } from '../table.js';
import { harmless, oneLine, paint, width } from '../terminal.js';
import type { Part, TensorSummary } from './describe.js';
import type { RunResult } from './session.js';
import type { Timing } from './timing.js';
import type { TopK } from './top-k.js';

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 0.01 ? '<0.01 %' : `${value.toFixed(value < 10 ? 2 : 1)} %`;
}

const columns: readonly Column[] = [
  { title: '' },
  { title: '' },
  { title: 'shape', shrinks: true },
  { title: 'min', align: 'right' },
  { title: 'max', align: 'right' },
  { title: 'mean', align: 'right' },
  { title: '' },
];

function figure(value: number | null): string {
  return value === null ? '' : number(value);
}

function tensorRow(at: string, tensor: TensorSummary): string[] {
  const { dtype, shape, device, min, max, mean, notFinite } = tensor;
  const where = device === 'cpu' ? '' : ` ${device}`;
  const warned = notFinite === 0 ? '' : paint('red', `${plural(notFinite, 'value')} not finite`);
  const figures = [min, max, mean].map(figure);
  return [oneLine(at), dtype + where, `[${shape.join(', ')}]`, ...figures, warned];
}

/** Tensors as a table, other values beneath them; `name` stands before each place. */
export function partLines(named: readonly { name: string; parts: readonly Part[] }[]): string[] {
  const all = named.flatMap(({ name, parts }) =>
    parts.map((part) => ({ ...part, at: `${name}${part.at}` })),
  );
  const rows = all.flatMap(({ at, tensor }) => (tensor === null ? [] : [tensorRow(at, tensor)]));
  const others = all.flatMap(({ at, value }) =>
    value === null ? [] : [[oneLine(at), oneLine(value)]],
  );
  const cells = [{ title: '' }, { title: '', shrinks: true }];
  return [...table(columns, rows), ...table(cells, others)];
}

/** The elements of small outputs, as PyTorch prints them. */
export function smallTensors(parts: readonly Part[]): string[] {
  return parts.flatMap(({ at, tensor }) => {
    if (tensor?.text == null) return [];
    const label = at === '' ? '' : `${at} = `;
    return `${label}${harmless(tensor.text)}`.split('\n').map((line) => `  ${paint('dim', line)}`);
  });
}

function rankLines({ row, by, classes, top }: TopK, rows: number): string[] {
  const which = rows > 1 ? `, row ${row}` : '';
  const about = `${by === 'softmax' ? 'softmax over' : 'of'} ${classes} classes`;
  const hasLabels = top.some(({ label }) => label !== null);
  const hasRoom = width() >= 70;
  const cells: Column[] = [
    { title: '', align: 'right' },
    { title: '', shrinks: true },
    { title: '', align: 'right' },
    { title: '', align: 'right' },
    { title: '' },
  ];
  const lines = top.map(({ index, label, probability, score }) => [
    String(index),
    hasLabels ? (label ?? '') : '',
    percent(probability),
    by === 'softmax' ? paint('dim', score.toFixed(Math.abs(score) < 1000 ? 4 : 1)) : '',
    hasRoom ? paint('cyan', bar(probability)) : '',
  ]);
  return ['', heading(`Top ${top.length}${which}`, about), ...table(cells, lines)];
}

/** The likeliest classes with their bars. */
export function topLines(ranked: readonly TopK[]): string[] {
  return ranked.flatMap((one) => rankLines(one, ranked.length));
}

/** What calls took. */
export function timingLines(
  timing: Timing | null,
  firstMs: number | null,
  loadMs: number,
): string[] {
  const facts: [string, string][] = [['load', duration(loadMs)]];
  if (firstMs !== null) facts.push(['first call', duration(firstMs)]);
  if (timing !== null && timing.runs === 1) facts.push(['call', duration(timing.mean)]);
  if (timing !== null && timing.runs > 1) {
    facts.push(
      ['mean', duration(timing.mean)],
      ['p50', duration(timing.p50)],
      ['p95', duration(timing.p95)],
      ['throughput', `${number(Number(timing.perSecond.toPrecision(4)))} calls/s`],
    );
  }
  const about = timing === null || timing.runs === 1 ? '' : plural(timing.runs, 'call');
  const cells = facts.map(
    ([name], index) => ({ title: name, align: index === 0 ? 'left' : 'right' }) as const,
  );
  return ['', heading('Time', about), ...table(cells, [facts.map(([, value]) => value)])];
}

/** A line for each file of a batch. */
export function batchLines(results: readonly RunResult[]): string[] {
  const hasTop = results.some(({ topK }) => topK.length > 0);
  const rows = results.map(({ file, outputs, topK, times }) => {
    const [best] = topK[0]?.top ?? [];
    const [first] = outputs;
    const shape = first?.tensor
      ? `${first.tensor.dtype} [${first.tensor.shape.join(', ')}]`
      : (first?.value ?? '');
    const others = outputs.length > 1 ? ` and ${outputs.length - 1} more` : '';
    const result = best
      ? [best.label ?? `class ${best.index}`, percent(best.probability)]
      : [`${oneLine(shape)}${others}`, ''];
    return [oneLine(file ?? ''), ...result, duration(times.at(-1) ?? 0)];
  });
  const cells: Column[] = [
    { title: 'file', shrinks: true },
    { title: hasTop ? 'top 1' : 'output', shrinks: true },
    { title: '', align: 'right' },
    { title: 'time', align: 'right' },
  ];
  return ['', heading('Results', plural(results.length, 'file')), ...table(cells, rows)];
}
