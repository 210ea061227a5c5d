import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../failure.js';

const inOrder = new Intl.Collator('en', { numeric: true });

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function filesOf(folder: string, fits: (name: string) => boolean): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && fits(entry.name))
    .map(({ name }) => join(folder, name))
    .sort(inOrder.compare);
}

/** `*.png` as a regular expression. */
function patternOf(glob: string): RegExp {
  const text = glob
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`);
}

/** The files that paths, folders and patterns stand for; shells expand patterns that are not quoted. */
export function expandFiles(paths: readonly string[], option = '--batch'): string[] {
  const files = paths.flatMap((path) => {
    if (isFolder(path)) return filesOf(path, () => true);
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return [path];
    if (!/[*?]/.test(basename(path)) || !isFolder(dirname(path))) {
      throw new UsageError(`${option} ${path}: no such file or folder`);
    }
    const pattern = patternOf(basename(path));
    return filesOf(dirname(path), (name) => pattern.test(name));
  });
  if (files.length === 0) throw new UsageError(`${option} ${paths.join(' ')}: there are no files`);
  return files;
}
