/** What is written where, and how it looks there. */
import { styleText } from 'node:util';

/** A stream of the process. */
export type Output = NodeJS.WriteStream & { readonly fd: 1 | 2 };
/** A colour or weight, by Node's names. */
export type Style = Parameters<typeof styleText>[0];

export const stdout: Output = process.stdout;
export const stderr: Output = process.stderr;

/** Whether colours may be used: NO_COLOR and FORCE_COLOR decide before the terminal does. */
export function hasColors(stream: Output): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return stream.isTTY === true && TERM !== 'dumb';
}

/** Text in a style, where the stream shows it. */
export function styled(stream: Output, style: Style, text: string): string {
  if (text === '' || !hasColors(stream)) return text;
  const style20 = styleText as (style: Style, text: string, options?: object) => string;
  return style20(style, text, { validateStream: false });
}

/** Text in a style, for standard output. */
export function paint(style: Style, text: string): string {
  return styled(stdout, style, text);
}

/** Columns of standard output; without end where it is no terminal. */
export function width(): number {
  return stdout.isTTY ? Math.max(40, stdout.columns || 80) : Number.POSITIVE_INFINITY;
}

/** Prints lines of a result. */
export function print(lines: string | readonly string[]): void {
  stdout.write(
    typeof lines === 'string' ? `${lines}\n` : lines.map((line) => `${line}\n`).join(''),
  );
}

/** Prints what is no result: it must not come between those who read them. */
export function note(line: string): void {
  stderr.write(`${line}\n`);
}

// Control characters but tab and newline, and what turns the direction of text.
const steering = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Text of files that nobody trusts, without what could steer the terminal. */
export function harmless(text: string): string {
  return text.replace(steering, '\ufffd');
}

/** `harmless`, on one line. */
export function oneLine(text: string): string {
  return harmless(text.replace(/[\n\t]/g, ' '));
}
