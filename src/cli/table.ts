import CliTable from 'cli-table3';
import stringWidth from 'string-width';
import { paint, width } from './terminal.js';

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** It gives way, in this order, where the terminal is too narrow. */
  readonly shrinks?: boolean;
}

const GAP = 2;
const NARROWEST = 8;

const noBorders = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'
    .split(' ')
    .map((name) => [name, '']),
);

/** Widths of columns that fit together into `most`. */
function shareOut(columns: readonly Column[], natural: readonly number[], most: number): number[] {
  const widths = [...natural];
  for (;;) {
    const over = widths.reduce((sum, one) => sum + one + GAP, -GAP) - most;
    if (over <= 0) return widths;
    const widest = widths
      .map((one, index) => ({ one, index }))
      .filter(({ one, index }) => columns[index]!.shrinks && one > NARROWEST)
      .sort((a, b) => b.one - a.one)[0];
    if (widest === undefined) return widths;
    widths[widest.index]!--;
  }
}

/** Without its middle where it is too long: the ends of names tell them apart. */
export function cutMiddle(text: string, most: number): string {
  // Text in a style, or of wide letters, is cut at its end by the table.
  if (text.length <= most || text.includes('\u001b') || stringWidth(text) !== text.length)
    return text;
  const head = Math.floor((most - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

/**
 * Lines of a table without borders; cells are cut where the terminal is too narrow for them.
 * Columns and titles in which there is nothing are left out.
 */
export function table(
  given: readonly Column[],
  cells: readonly (readonly string[])[],
  indent = 2,
): string[] {
  if (cells.length === 0) return [];
  const used = given.map(({ title }, at) => title !== '' || cells.some((row) => row[at]));
  const columns = given.filter((_, at) => used[at]);
  const rows = cells.map((row) => row.filter((_, at) => used[at]));
  const natural = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[index] ?? ''))),
  );
  const widths = shareOut(columns, natural, width() - indent);
  const shown = new CliTable({
    chars: noBorders,
    colWidths: widths.map((one) => one + GAP),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
  });
  if (columns.some(({ title }) => title !== '')) {
    shown.push(columns.map(({ title }) => paint('dim', title)));
  }
  for (const row of rows) shown.push(row.map((cell, at) => cutMiddle(cell, widths[at]!)));
  const margin = ' '.repeat(indent);
  return shown
    .toString()
    .split('\n')
    .map((line) => `${margin}${line}`.trimEnd());
}

/** Words side by side in as many lines as they need, at most 100 columns wide. */
export function flow(words: readonly string[], indent = 2): string[] {
  const most = Math.min(width(), 100) - indent;
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && stringWidth(last) + stringWidth(word) + GAP <= most) {
      lines[lines.length - 1] = `${last}  ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines.map((line) => ' '.repeat(indent) + line);
}

/** Lines of a title and pairs beneath it. */
export function facts(pairs: readonly (readonly [string, string])[]): string[] {
  const longest = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `  ${paint('dim', name.padEnd(longest))}  ${value}`);
}

/** The title of a section. */
export function heading(title: string, about = ''): string {
  return about === '' ? paint('bold', title) : `${paint('bold', title)}  ${paint('dim', about)}`;
}

/** Text in lines of at most so many columns, broken between words; a longer word keeps its line. */
export function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  const indent = /^[ -]*/.exec(text)?.[0] ?? '';
  for (const word of text.slice(indent.length).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(indent + word);
    else if (stringWidth(last) + 1 + stringWidth(word) <= most)
      lines[lines.length - 1] += ` ${word}`;
    else lines.push(' '.repeat(indent.length) + word);
  }
  return lines;
}
