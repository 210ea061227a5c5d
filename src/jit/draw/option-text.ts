import type { GraphInput } from '../graph-data.js';
import type { Known } from './value-texts.js';

/** LibTorch's numbers of dtypes, as graphs hold them. */
const dtypes: Readonly<Record<number, string>> = {
  0: 'uint8',
  1: 'int8',
  2: 'int16',
  3: 'int32',
  4: 'int64',
  5: 'float16',
  6: 'float32',
  7: 'float64',
  9: 'complex64',
  10: 'complex128',
  11: 'bool',
  12: 'qint8',
  13: 'quint8',
  14: 'qint32',
  15: 'bfloat16',
};

/** What says little beside the operator's name, and what only matters to its kernel. */
const unnamed = /^(self|other|input|[a-z]|el)$/;
const technical =
  /^(eps|momentum|cudnn_enabled|non_blocking|copy|memory_format|implicit|layout|pin_memory|benchmark|deterministic|allow_tf32)$/;

function isAll(constant: unknown, number: number): boolean {
  const items: readonly unknown[] = Array.isArray(constant) ? constant : [constant];
  return items.every((item) => item === number);
}

/** An argument that is a constant, for a box; null where it need not be shown. */
export function optionText({ name = '' }: GraphInput, { text, constant }: Known): string | null {
  if (text === 'none' || technical.test(name)) return null;
  if (/^(train(ing)?|transposed)$/.test(name) && constant === false) return null;
  if (/^(stride|dilation|groups)$/.test(name) && isAll(constant, 1)) return null;
  if (/^(output_)?padding$/.test(name) && isAll(constant, 0)) return null;
  if (name === 'dtype' && typeof constant === 'number') return dtypes[constant] ?? text;
  return name === '' || unnamed.test(name) ? text : `${name} ${text}`;
}
