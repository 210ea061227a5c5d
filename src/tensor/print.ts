import type { DTypeInfo } from './dtype.js';
import type { Element, ElementReader } from './elements.js';
import { formatFixed, formatScientific } from './print-number.js';
import type { Complex } from './typed-array.js';

// PyTorch's default print options.
const precision = 4;
/** Elements beyond which only the edges are shown. @internal */
export const threshold = 1000;
/** Elements shown at each edge of a long dimension. @internal */
export const edgeItems = 3;
const lineWidth = 80;

/** What is printed: the elements that are shown, row-major, and the sizes they come from. */
export interface Printed {
  readonly kind: DTypeInfo['kind'];
  /** Sizes of the tensor. */
  readonly shape: readonly number[];
  /** Whether long dimensions are cut to their edges. */
  readonly summarized: boolean;
  /** Elements shown, counted over the cut sizes. */
  readonly read: ElementReader;
}

/** Sizes after cutting long dimensions to their edges. @internal */
export function shownShape(shape: readonly number[], summarized: boolean): number[] {
  return shape.map((size) => (summarized ? Math.min(size, 2 * edgeItems) : size));
}

/** Aligns the elements of one column of numbers, as PyTorch decides it from all of them. */
class Formatter {
  readonly #isFloat: boolean;
  #integral = true;
  #scientific = false;
  width = 1;

  constructor(values: readonly (number | bigint | boolean)[], isFloat: boolean) {
    this.#isFloat = isFloat;
    const counted = isFloat
      ? (values as number[]).filter((value) => Number.isFinite(value) && value !== 0)
      : values;
    if (isFloat && counted.length > 0) this.#chooseStyle(counted as number[]);
    for (const value of counted) this.width = Math.max(this.width, this.#text(value).length);
  }

  #chooseStyle(values: readonly number[]): void {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (const value of values) {
      least = Math.min(least, Math.abs(value));
      most = Math.max(most, Math.abs(value));
      if (!Number.isInteger(value)) this.#integral = false;
    }
    this.#scientific = most / least > 1000 || most > 1e8 || least < 1e-4;
  }

  #text(value: number | bigint | boolean): string {
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    if (!this.#isFloat) return value.toString();
    const number = value as number;
    if (this.#scientific) return formatScientific(number, precision);
    if (!this.#integral) return formatFixed(number, precision);
    return formatFixed(number, 0) + (Number.isFinite(number) ? '.' : '');
  }

  format(value: number | bigint | boolean): string {
    return this.#text(value).padStart(this.width);
  }
}

/** Gives the text of an element, and the widest that any takes. */
interface Column {
  readonly format: (element: Element) => string;
  readonly width: number;
}

function makeColumn(printed: Printed, count: number): Column {
  const elements = Array.from({ length: count }, (_, index) => printed.read(index));
  if (printed.kind !== 'complex') {
    const isFloat = printed.kind === 'float';
    const formatter = new Formatter(elements as (number | bigint | boolean)[], isFloat);
    return {
      format: (element) => formatter.format(element as number | bigint | boolean),
      width: formatter.width,
    };
  }
  const numbers = elements as Complex[];
  const re = new Formatter(
    numbers.map((element) => element.re),
    true,
  );
  const im = new Formatter(
    numbers.map((element) => element.im),
    true,
  );
  return {
    format: (element) => {
      const value = element as Complex;
      const imaginary = `${im.format(value.im)}j`.trimStart();
      return re.format(value.re) + (imaginary[0] === '-' ? '' : '+') + imaginary;
    },
    width: re.width + im.width + 1,
  };
}

/** The bracketed elements, as PyTorch lays them out from the column `indent`. @internal */
export function printElements(printed: Printed, indent: number): string {
  const { shape, summarized, read } = printed;
  const shown = shownShape(shape, summarized);
  const count = shown.reduce((product, size) => product * size, 1);
  if (count === 0) return '[]';
  const column = makeColumn(printed, count);
  let next = 0;

  const isCut = (axis: number): boolean => summarized && shape[axis]! > 2 * edgeItems;
  const vector = (axis: number, at: number): string => {
    const perLine = Math.max(1, Math.floor((lineWidth - at) / (column.width + 2)));
    const cells: string[] = [];
    for (let i = 0; i < shown[axis]!; i++) {
      if (i === edgeItems && isCut(axis)) cells.push(' ...');
      cells.push(column.format(read(next++)));
    }
    const lines: string[] = [];
    for (let i = 0; i < cells.length; i += perLine) {
      lines.push(cells.slice(i, i + perLine).join(', '));
    }
    return `[${lines.join(`,\n${' '.repeat(at + 1)}`)}]`;
  };
  const level = (axis: number, at: number): string => {
    if (axis === shape.length - 1) return vector(axis, at);
    const slices: string[] = [];
    for (let i = 0; i < shown[axis]!; i++) {
      if (i === edgeItems && isCut(axis)) slices.push('...');
      slices.push(level(axis + 1, at + 1));
    }
    const newlines = '\n'.repeat(shape.length - axis - 1);
    return `[${slices.join(`,${newlines}${' '.repeat(at + 1)}`)}]`;
  };
  return shape.length === 0 ? column.format(read(0)) : level(0, indent);
}

/** Closes the text with its suffixes, on new lines where they do not fit. @internal */
export function addSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let result = text;
  let used = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (used + suffix.length + 2 > lineWidth) {
      result += `,\n${' '.repeat(indent)}${suffix}`;
      used = indent + suffix.length;
    } else {
      result += `, ${suffix}`;
      used += suffix.length + 2;
    }
  }
  return `${result})`;
}
