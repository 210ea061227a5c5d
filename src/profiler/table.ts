import type { ProfileAverage } from './averages.js';

/** What a table is sorted by; falling, names rising. */
export type ProfileOrder = 'selfTime' | 'totalTime' | 'meanTime' | 'calls' | 'selfBytes' | 'name';

interface Column {
  readonly title: string;
  readonly cell: (average: ProfileAverage) => string;
}

const widestName = 48;

function time(micros: number): string {
  if (micros < 1000) return `${micros.toFixed(1)} µs`;
  if (micros < 1e6) return `${(micros / 1000).toFixed(2)} ms`;
  return `${(micros / 1e6).toFixed(2)} s`;
}

function bytes(count: number): string {
  let value = count;
  for (const unit of ['B', 'kB', 'MB']) {
    if (Math.abs(value) < 1000) return `${unit === 'B' ? value : value.toFixed(1)} ${unit}`;
    value /= 1000;
  }
  return `${value.toFixed(1)} GB`;
}

function shorten(name: string): string {
  return name.length > widestName ? `${name.slice(0, widestName - 1)}…` : name;
}

function columnsFor(averages: readonly ProfileAverage[]): Column[] {
  const columns: Column[] = [
    { title: 'Name', cell: ({ name }) => shorten(name) },
    { title: 'Self', cell: ({ selfTime }) => time(selfTime) },
    { title: 'Self %', cell: ({ share }) => `${(share * 100).toFixed(1)} %` },
    { title: 'Total', cell: ({ totalTime }) => time(totalTime) },
    { title: 'Mean', cell: ({ meanTime }) => time(meanTime) },
    { title: 'Calls', cell: ({ calls }) => String(calls) },
  ];
  if (averages.some(({ selfBytes }) => selfBytes !== undefined)) {
    columns.push({ title: 'Self memory', cell: ({ selfBytes = 0 }) => bytes(selfBytes) });
  }
  if (averages.some(({ shapes }) => shapes !== undefined)) {
    columns.push({ title: 'Shapes', cell: ({ shapes }) => JSON.stringify(shapes ?? []) });
  }
  return columns;
}

function compare(order: ProfileOrder): (a: ProfileAverage, b: ProfileAverage) => number {
  if (order === 'name') return (a, b) => (a.name < b.name ? -1 : Number(a.name > b.name));
  return (a, b) => (b[order] ?? 0) - (a[order] ?? 0);
}

/** Rows under their titles: the first and the last text column to the left, numbers to the right. */
export function tableOf(
  averages: readonly ProfileAverage[],
  order: ProfileOrder,
  limit: number,
): string {
  const shown = [...averages].sort(compare(order)).slice(0, limit);
  const columns = columnsFor(averages);
  const rows = [columns.map(({ title }) => title)];
  for (const average of shown) rows.push(columns.map(({ cell }) => cell(average)));
  const widths = columns.map((_, index) =>
    Math.max(...rows.map((row) => (row[index] as string).length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, index) => {
        const isText = index === 0 || columns[index]?.title === 'Shapes';
        const width = widths[index] as number;
        return isText ? text.padEnd(width) : text.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const lines = [line(rows[0] as string[]), rule, ...rows.slice(1).map(line)];
  const left = averages.length - shown.length;
  if (left > 0) lines.push(`… ${left} more`);
  return lines.join('\n');
}
