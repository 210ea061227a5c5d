import type { InspectedTensor } from '../../inspect/inspection.js';
import { elementsOf } from '../../pickle/torch-tensor.js';
import { bytes, count, plural } from '../figures.js';
import { type Column, heading, table } from '../table.js';
import { oneLine, paint } from '../terminal.js';

/** Rows of a list that are shown unless all are asked for. */
const SHOWN = 40;

/** The first of many, and what to say about the rest. */
export function firstOf<T>(
  items: readonly T[],
  all: boolean,
): [items: readonly T[], rest: string[]] {
  if (all || items.length <= SHOWN + 5) return [items, []];
  const left = count(items.length - SHOWN);
  return [items.slice(0, SHOWN), [paint('dim', `  … ${left} more: --all shows them`)]];
}

const columns: readonly Column[] = [
  { title: 'name', shrinks: true },
  { title: 'shape', shrinks: true },
  { title: 'dtype' },
  { title: 'elements', align: 'right' },
  { title: 'bytes', align: 'right' },
];

/** '3.2 MB float32, 1.1 kB int64'. */
export function byDType(tensors: readonly InspectedTensor[]): string {
  const sums = new Map<string, number>();
  for (const { dtype, bytes: size } of tensors) sums.set(dtype, (sums.get(dtype) ?? 0) + size);
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .map(([dtype, size]) => `${bytes(size)} ${oneLine(dtype)}`)
    .join(', ');
}

/** The number of elements of all. */
export function elementsIn(tensors: readonly InspectedTensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + elementsOf(shape), 0);
}

function row({ name, shape, dtype, bytes: size, device }: InspectedTensor): string[] {
  const where = device === 'cpu' ? '' : ` ${device}`;
  return [
    oneLine(name) || '(itself)',
    `[${shape.join(', ')}]`,
    oneLine(`${dtype}${where}`),
    count(elementsOf(shape)),
    bytes(size),
  ];
}

/** A section that lists tensors; nothing where there are none. */
export function tensorSection(
  title: string,
  tensors: readonly InspectedTensor[],
  all: boolean,
): string[] {
  if (tensors.length === 0) return [];
  const total = `${count(elementsIn(tensors))} elements in ${plural(tensors.length, 'tensor')}`;
  const [shown, rest] = firstOf(tensors, all);
  const lines = table(columns, shown.map(row));
  return ['', heading(title, `${total}: ${byDType(tensors)}`), ...lines, ...rest];
}
