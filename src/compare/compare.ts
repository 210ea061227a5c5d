import { Comparison } from './comparison.js';
import { type CompareInputs, checkInputs } from './inputs.js';
import { type CompareModulesOptions, resolveCompareOptions } from './options.js';
import type { ModuleComparison } from './report.js';
import type { ComparedSource } from './subject.js';

/**
 * Runs two modules on the same inputs and says how far `other` is from `reference`: errors of every
 * part of the results, sizes, latencies, peak memory. Modules may be given as they are, or as files or
 * bytes, which are then loaded and let go. What differs beside numbers is listed, not thrown; what a
 * module throws is, with its code. Each gets copies of the inputs, which are read one after the other.
 * `evaluation` says by data and a metric what the other loses.
 * Latency is that of `run`, measured in turns; it and memory take the first input. Memory is that of a
 * process that loads and runs one module alone (Linux).
 *
 * @example
 * ```ts
 * import { compareModules, loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * await model.saveLite('mlp-compared.ptl');
 * const inputs = Array.from({ length: 8 }, () => [randn([1, 16])]);
 * const found = await compareModules('mlp.pt', 'mlp-compared.ptl', inputs, { atol: 1e-4 });
 * console.log(found.passed, found.errors.maxAbsoluteError); // true 0
 * console.log(found.reference.sizeBytes, found.other.latency?.median, found.speedUp);
 * ```
 */
export async function compareModules(
  reference: ComparedSource,
  other: ComparedSource,
  inputs: CompareInputs,
  options?: CompareModulesOptions,
): Promise<ModuleComparison> {
  const resolved = resolveCompareOptions(options);
  checkInputs(inputs);
  const comparison = new Comparison(resolved);
  try {
    return await comparison.run([reference, other], inputs);
  } finally {
    await comparison.close();
  }
}
