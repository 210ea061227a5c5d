import { bytes, count, plural } from '../figures.js';
import { printJson } from '../json.js';
import { loadWithFiles, saveAs } from '../quantize/save.js';
import { heading, table } from '../table.js';
import { harmless, paint, print } from '../terminal.js';
import { loadTorch, type OptimizeResult } from '../torch.js';

/** What the command line gives. */
export interface PruneOptions {
  readonly output: string;
  readonly amount: number;
  readonly channels?: boolean;
  readonly layers?: readonly string[];
  readonly json?: boolean;
}

type Result = OptimizeResult<never[], unknown>;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function sparsityLines({ sparsity }: Result): string[] {
  const columns = [
    { title: 'layer', shrinks: true },
    { title: 'parameters', align: 'right' },
    { title: 'zeros', align: 'right' },
    { title: '', align: 'right' },
  ] as const;
  const rows = sparsity.layers.map(({ name, total, zeros, sparsity: share }) => {
    return [harmless(name) || '(itself)', count(total), count(zeros), percent(share)];
  });
  const all = `${count(sparsity.zeros)} of ${count(sparsity.total)}, ${percent(sparsity.sparsity)}`;
  return [heading('Zeros', all), ...table(columns, rows)];
}

function channelLines({ shrunk, kept }: Result): string[] {
  const columns = [
    { title: 'layer', shrinks: true },
    { title: 'channels', align: 'right' },
    { title: '' },
  ] as const;
  const rows = [
    ...shrunk.map(({ name, before, after }) => [harmless(name), `${before} → ${after}`, '']),
    ...kept.map(({ name, channels, reason }) => {
      return [harmless(name), '', `${plural(channels, 'empty one')} stays: ${harmless(reason)}`];
    }),
  ];
  return ['', heading('Channels', plural(shrunk.length, 'smaller layer')), ...table(columns, rows)];
}

function summary(source: string, output: string, result: Result): string[] {
  const { before, after } = result.bytes;
  const size = `${bytes(before)} → ${bytes(after)}`;
  return [
    `${paint('bold', `${harmless(source)} → ${harmless(output)}`)}  ${size}`,
    '',
    ...sparsityLines(result),
    ...(result.shrunk.length + result.kept.length > 0 ? channelLines(result) : []),
  ];
}

/** The command: prunes, cuts out, saves. */
export async function prune(source: string, options: PruneOptions): Promise<void> {
  const { output, amount, channels = false, layers } = options;
  const torch = await loadTorch();
  const model = await loadWithFiles(torch, source);
  const result = await torch.optimize(model, { prune: { amount, structured: channels, layers } });
  await saveAs(output, result.module, model);
  const { sparsity, shrunk, kept, bytes: sizes } = result;
  if (options.json) printJson({ source, output, sparsity, shrunk, kept, bytes: sizes });
  else print(summary(source, output, result as unknown as Result));
  result[Symbol.dispose]();
  model.dispose();
}
