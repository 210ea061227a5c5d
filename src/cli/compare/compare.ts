import { SaidFailure } from '../failure.js';
import { printJson } from '../json.js';
import { showProgress } from '../progress.js';
import { prepare } from '../run/run.js';
import { print } from '../terminal.js';
import { loadTorch, type ModuleInput, type Torch } from '../torch.js';
import { makeInputs } from './inputs.js';
import type { CompareOptions } from './options.js';
import { reportLines } from './report.js';

/** Floating-point tensors in another dtype. */
function converter(torch: Torch, { otherDtype }: CompareOptions) {
  if (otherDtype === undefined) return {};
  const convert = (value: ModuleInput): ModuleInput => {
    const isFloat = value instanceof torch.Tensor && /^b?float/.test(value.dtype);
    if (isFloat) return value.to(otherDtype);
    return Array.isArray(value) ? value.map((item) => convert(item as ModuleInput)) : value;
  };
  return { otherInputs: (args: readonly ModuleInput[]) => args.map(convert) };
}

/** The command: compares, reports, and fails where the models do not agree. */
export async function compare(
  reference: string,
  other: string,
  options: CompareOptions,
): Promise<void> {
  const torch = await loadTorch();
  prepare(torch, options);
  const { device, executor, allowFlatbuffer = false } = options;
  const load = { device, executor, allowFlatbuffer };
  const model = await torch.loadModule(reference, { ...load, format: 'auto' });
  const inputs = await makeInputs(torch, model, options);
  model.dispose();
  const { atol, rtol, checkDtype = false, method, iterations, warmup, memory } = options;
  const progress = showProgress('comparing', inputs.count + iterations + (memory ? 2 : 0));
  const rules = { atol, rtol, checkDtype, method, iterations, warmup, memory, load };
  const found = await torch
    .compareModules(reference, other, inputs.each, {
      ...rules,
      ...converter(torch, options),
      onProgress: ({ phase }) => progress.step(phase),
    })
    .finally(() => progress.stop());
  const threads = torch.defaultPoolInfo().intraOpThreads;
  if (options.json) printJson({ files: { reference, other }, device, threads, ...found });
  else print(reportLines({ reference, other }, found, { device, threads }));
  if (!found.passed) throw new SaidFailure();
}
