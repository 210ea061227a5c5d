import { type ByteSource, runReading, runReadingSync } from '../archive/reading.js';
import { type Taken, takeBytes, takeBytesSync } from '../archive/with-source.js';
import { refuseOperators } from '../inspect/check-operators.js';
import type { ModuleInspection } from '../inspect/inspection.js';
import { type OperatorRules, refusalBy } from '../inspect/operator-rules.js';
import { readModule } from '../inspect/read-module.js';
import type { ModuleSource as NativeSource } from '../native/types.js';

type Refusal = (operator: string) => boolean;

function accept(
  taken: ByteSource & Taken,
  inspection: ModuleInspection,
  isRefused: Refusal,
): NativeSource {
  refuseOperators(inspection, isRefused, taken.name);
  const { buffer, byteOffset, byteLength } = taken.whole;
  return { buffer, byteOffset, byteLength };
}

/**
 * The source's bytes, read once and found to keep the rules: what is checked is what is loaded, even
 * if the file or the caller's buffer changes in between.
 *
 * @internal
 */
export async function checkedSource(
  source: NativeSource,
  rules: OperatorRules,
): Promise<NativeSource> {
  const isRefused = refusalBy('loadModule', rules);
  const taken = await takeBytes(source);
  return accept(taken, await runReading(taken, readModule(taken)), isRefused);
}

/** `checkedSource` on this thread. @internal */
export function checkedSourceSync(source: NativeSource, rules: OperatorRules): NativeSource {
  const isRefused = refusalBy('loadModuleSync', rules);
  const taken = takeBytesSync(source);
  return accept(taken, runReadingSync(taken, readModule(taken)), isRefused);
}
