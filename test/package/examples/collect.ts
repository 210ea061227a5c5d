/** The examples that the documentation shows: `@example` blocks of `src/`, code blocks of Markdown. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A block of code, as a reader copies it. */
export interface Example {
  /** Relative to the root of the repository. */
  readonly file: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly language: 'js' | 'ts';
  readonly code: string;
}

/** Lines of a file that stand between ```js or ```ts and ```, without `prefix`. */
function blocks(file: string, prefix: RegExp, inside: (lines: string[]) => boolean[]): Example[] {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
  const counts = inside(lines);
  const found: Example[] = [];
  for (let at = 0; at < lines.length; at++) {
    const language = /^```(js|ts)$/.exec((lines[at] as string).replace(prefix, ''))?.[1];
    if (language === undefined || !counts[at]) continue;
    const code: string[] = [];
    const line = at + 2;
    for (at++; at < lines.length; at++) {
      const text = (lines[at] as string).replace(prefix, '');
      if (text === '```') break;
      code.push(text);
    }
    found.push({ file, line, language: language as Example['language'], code: code.join('\n') });
  }
  return found;
}

/** For each line, whether it belongs to an `@example`. */
function insideExample(lines: readonly string[]): boolean[] {
  let inside = false;
  return lines.map((line) => {
    const tag = /^\s*\*\s*@(\w+)/.exec(line)?.[1];
    if (tag !== undefined) inside = tag === 'example';
    if (line.includes('*/')) inside = false;
    return inside;
  });
}

function filesIn(folder: string, extension: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => path.join(folder, name))
    .sort();
}

/** Every example that is documented. */
export function collectExamples(): Example[] {
  const documents = ['README.md', ...filesIn('docs', '.md')];
  return [
    ...filesIn('src', '.ts').flatMap((file) => blocks(file, /^\s*\* ?/, insideExample)),
    ...documents.flatMap((file) => blocks(file, /^/, (lines) => lines.map(() => true))),
  ];
}
