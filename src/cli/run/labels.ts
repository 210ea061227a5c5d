import { readFile } from 'node:fs/promises';
import { UsageError } from '../failure.js';
import { note, oneLine } from '../terminal.js';
import type { ScriptModule } from '../torch.js';

const usual = /^(?:labels|classes|class_names|categories|names)\.(?:txt|json|names)$/i;

/** Words of a JSON array, of an object by index, or of one that gives each word its index. */
function fromJson(value: unknown): string[] | null {
  const word = (one: unknown): string => String(Array.isArray(one) ? one.at(-1) : one);
  if (Array.isArray(value)) return value.map(word);
  if (typeof value !== 'object' || value === null) return null;
  const labels: string[] = [];
  for (const [key, one] of Object.entries(value)) {
    if (/^\d+$/.test(key)) labels[Number(key)] = word(one);
    else if (typeof one === 'number') labels[one] = key;
  }
  return labels;
}

function parse(text: string, where: string): string[] {
  if (/^\s*[[{]/.test(text)) {
    try {
      const labels = fromJson(JSON.parse(text));
      if (labels !== null) return labels.map(oneLine);
    } catch {
      // Lines that begin with a bracket.
    }
  }
  const lines = text.replace(/\n$/, '').split(/\r?\n/);
  if (lines.length === 0) throw new UsageError(`--labels ${where}: the file is empty`);
  return lines.map((line) => oneLine(line.trim()));
}

/**
 * The words for classes: of a file, of a file in the model's archive (`extra:NAME`), or of one there
 * with a usual name; null where there are none.
 */
export async function findLabels(
  model: ScriptModule,
  option: string | undefined,
): Promise<readonly string[] | null> {
  const files = model.extraFiles;
  if (option?.startsWith('extra:')) {
    const name = option.slice('extra:'.length);
    const bytes = files[name];
    const there = Object.keys(files).join(', ') || 'none';
    if (bytes === undefined) {
      throw new UsageError(`--labels ${option}: the model has no such file; it has: ${there}`);
    }
    return parse(Buffer.from(bytes).toString('utf8'), option);
  }
  if (option !== undefined) {
    const text = await readFile(option, 'utf8').catch((cause: Error) => {
      throw new UsageError(`--labels ${option}: cannot be read: ${cause.message}`, { cause });
    });
    return parse(text, option);
  }
  const found = Object.keys(files).find((name) => usual.test(name));
  return found === undefined ? null : parse(Buffer.from(files[found]!).toString('utf8'), found);
}

/** Says so where labels and classes do not fit together. */
export function checkLabels(labels: readonly string[] | null, classes: number): void {
  if (labels === null || labels.length === classes) return;
  note(`note: there are ${labels.length} labels for ${classes} classes`);
}
