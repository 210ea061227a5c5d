import { bar } from '../bar.js';
import { bytes, duration, plural } from '../figures.js';
import { type Column, cutMiddle, heading, table, wrap } from '../table.js';
import { oneLine, paint, width } from '../terminal.js';
import type { ComparedModule, ModuleComparison } from '../torch.js';
import type { Names } from './report.js';

const BAR = 20;

/** A figure of which each model has one. */
interface Figure {
  readonly title: string;
  readonly about: string;
  readonly of: (module: ComparedModule) => number | null;
  readonly show: (value: number) => string;
  readonly beside: (module: ComparedModule) => string;
  readonly missing: (module: ComparedModule) => string | undefined;
}

function figuresOf({ reference }: ModuleComparison): Figure[] {
  const runs = reference.latency?.runs ?? 0;
  const none = (): undefined => undefined;
  return [
    {
      title: 'Size',
      about: 'on disk',
      of: ({ sizeBytes }) => sizeBytes,
      show: bytes,
      beside: () => '',
      missing: ({ notMeasured }) => notMeasured.size,
    },
    {
      title: 'Latency',
      about: `median of ${plural(runs, 'call')} each, in turns`,
      of: ({ latency }) => latency?.median ?? null,
      show: duration,
      beside: ({ latency }) => (latency === null ? '' : `p95 ${duration(latency.p95)}`),
      missing: none,
    },
    {
      title: 'Peak memory',
      about: 'of loading and running',
      of: ({ peakMemoryBytes }) => peakMemoryBytes,
      show: bytes,
      beside: () => '',
      missing: ({ notMeasured }) => notMeasured.memory,
    },
  ];
}

/** How the second figure stands to the first, as a factor. */
function factor(first: number | null, second: number | null): string {
  if (first === null || second === null || first <= 0) return '';
  return `× ${(second / first).toFixed(second / first < 10 ? 2 : 0)}`;
}

/** Figures of both models, one above the other, each pair with bars of one scale. */
export function figureLines(names: Names, found: ModuleComparison): string[] {
  const modules = [found.reference, found.other] as const;
  const figures = figuresOf(found).filter(({ of, missing }) =>
    modules.some((one) => of(one) !== null || missing(one) !== undefined),
  );
  const texts = figures.flatMap(({ of, show }) =>
    modules.map((one) => (of(one) === null ? '–' : show(of(one)!))),
  );
  const longest = Math.max(0, ...texts.map((text) => text.length));
  const most = width() < 100 ? 24 : 48;
  const label = [names.reference, names.other].map((name) => cutMiddle(name, most));
  const longestName = Math.max(...label.map((name) => name.length));
  const cells: Column[] = [
    { title: '' },
    { title: '', align: 'right' },
    { title: '' },
    { title: '' },
    { title: '' },
  ];
  return figures.flatMap(({ title, about, of, show, beside, missing }) => {
    const values = modules.map(of);
    const largest = Math.max(...values.map((value) => value ?? 0));
    const rows = modules.map((one, at) => {
      const value = values[at] ?? null;
      const drawn = value === null || largest === 0 ? '' : bar(value / largest, BAR);
      return [
        label[at]!.padEnd(longestName),
        (value === null ? '–' : show(value)).padStart(longest),
        paint(at === 0 ? 'cyan' : 'magenta', drawn.padEnd(BAR)),
        at === 0 ? '' : factor(values[0] ?? null, value),
        paint('dim', beside(one)),
      ];
    });
    const reasons = modules.flatMap((one, at) => {
      const reason = missing(one);
      if (reason === undefined) return [];
      return wrap(`${label[at]}: ${oneLine(reason)}`, Math.min(width(), 100) - 2);
    });
    return [
      '',
      heading(title, about),
      ...table(cells, rows),
      ...reasons.map((line) => `  ${paint('dim', line)}`),
    ];
  });
}
