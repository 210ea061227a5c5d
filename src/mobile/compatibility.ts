import { inspectModule, inspectModuleSync } from '../inspect/inspect.js';
import type { ModuleInspection } from '../inspect/inspection.js';
import { makeError } from '../make-error.js';
import type { ModuleSource } from '../module/source.js';
import { native } from '../native/addon.js';

/** Versions, first and last. */
export type VersionRange = readonly [first: number, last: number];

/** Whether the lite interpreter here can run a file. */
export interface Compatibility {
  readonly compatible: boolean;
  readonly bytecodeVersion: number;
  /** The versions of bytecode that this LibTorch reads. */
  readonly bytecodeVersions: VersionRange;
  readonly operatorVersion: number | null;
  /** The versions of operators that this LibTorch knows. */
  readonly operatorVersions: VersionRange;
  /** As 'prepacked::conv2d_clamp_run', with overloads; sorted. */
  readonly missingOperators: readonly string[];
  /** Classes written in C++, as 'xnnpack.Conv2dOpContext'; sorted. */
  readonly missingClasses: readonly string[];
  /** A sentence for each reason against it. */
  readonly problems: readonly string[];
}

function outside(value: number | null, [first, last]: VersionRange): boolean {
  return value !== null && (value < first || value > last);
}

function judge({ bytecode, versions, customClasses }: ModuleInspection): Compatibility {
  if (bytecode === null) {
    throw makeError(
      'ERR_UNSUPPORTED_FORMAT',
      'checkCompatibility: expected a lite module, got one of TorchScript: write one with saveLite()',
    );
  }
  const here = native.lite.versions();
  const missingOperators = native.lite.missingOperators(bytecode.operators.map(({ name }) => name));
  const missingClasses = native.lite.missingClasses(customClasses).sort();
  const problems: string[] = [];
  const check = (what: string, value: number | null, range: VersionRange): void => {
    if (!outside(value, range)) return;
    problems.push(`${what} ${value} is outside of ${range[0]} to ${range[1]}, which run here`);
  };
  check('bytecode version', bytecode.version, here.bytecode);
  check('operator version', versions.file, here.operators);
  for (const name of missingOperators) problems.push(`the operator ${name} is missing`);
  for (const name of missingClasses) problems.push(`the class ${name} is missing`);
  return {
    compatible: problems.length === 0,
    bytecodeVersion: bytecode.version,
    bytecodeVersions: here.bytecode,
    operatorVersion: versions.file,
    operatorVersions: here.operators,
    missingOperators,
    missingClasses,
    problems,
  };
}

/**
 * Whether a lite module (`.ptl`) can run on this LibTorch, and if not, why: versions, and missing
 * operators and classes by name. Reads the file itself, and runs nothing of it.
 *
 * @throws LoadError as `inspectModule`; TorchError `ERR_UNSUPPORTED_FORMAT` for TorchScript.
 * @example
 * ```ts
 * import { checkCompatibility } from 'libtorch-node';
 *
 * const { compatible, problems } = await checkCompatibility('mlp.ptl');
 * console.log(compatible, problems); // true []
 * ```
 */
export async function checkCompatibility(source: ModuleSource): Promise<Compatibility> {
  return judge(await inspectModule(source));
}

/**
 * `checkCompatibility` on this thread.
 *
 * @example
 * ```ts
 * import { checkCompatibilitySync } from 'libtorch-node';
 *
 * console.log(checkCompatibilitySync('mlp.ptl').bytecodeVersion); // 8
 * ```
 */
export function checkCompatibilitySync(source: ModuleSource): Compatibility {
  return judge(inspectModuleSync(source));
}
