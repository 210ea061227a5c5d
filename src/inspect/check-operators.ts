import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { ModuleInspection } from './inspection.js';
import { type OperatorRules, refusalBy } from './operator-rules.js';

let registered: ReadonlySet<string> | undefined;

function isRegistered(operator: string): boolean {
  registered ??= new Set(native.ops.list().map(({ name }) => name));
  return registered.has(operator);
}

/** Everything the code may run: what it names, and methods of values that are operators. */
function* operatorsOf({
  operators,
  methodCalls,
  customClasses,
}: ModuleInspection): Generator<string> {
  yield* operators;
  for (const name of methodCalls) if (isRegistered(`aten::${name}`)) yield `aten::${name}`;
  // A class of C++ is a set of operators of its namespace.
  for (const name of customClasses) yield name.replace('.', '::');
}

/**
 * Refuses a module that uses operators it may not use, by what `inspectModule` found. Custom classes
 * count as operators of their namespace (`quantized::LinearPackedParamsBase`), a method of a value
 * as the operator of that name, where LibTorch has one. What Python's own syntax does (arithmetic,
 * indexing, `int()`, `len()`) is always allowed. A module that hides what it calls is refused.
 * `loadModule` does the same with `allowOperators` and `denyOperators`, before anything is run.
 *
 * @throws LoadError `ERR_OPERATOR_DENIED`, listing them.
 * @example
 * ```ts
 * import { checkOperators, inspectModule } from 'libtorch-node';
 *
 * const inspection = await inspectModule('mlp.pt');
 * checkOperators(inspection, { deny: ['aten::save', 'aten::from_file'] });
 * checkOperators(inspection, { allow: ['aten::linear', 'aten::relu', 'aten::relu_'] });
 * ```
 */
export function checkOperators(inspection: ModuleInspection, rules: OperatorRules): void {
  refuseOperators(inspection, refusalBy('checkOperators', rules), 'checkOperators');
}

/** `checkOperators` in the name of another call, and of a file. @internal */
export function refuseOperators(
  inspection: ModuleInspection,
  isRefused: (operator: string) => boolean,
  where: string,
): void {
  const refused = [...new Set(operatorsOf(inspection))].filter(isRefused);
  const hidden = inspection.risks.filter(({ kind }) => kind === 'hidden-operators');
  if (refused.length === 0 && hidden.length === 0) return;
  const lines = [...refused, ...hidden.map(({ detail }) => `what cannot be told: ${detail}`)];
  throw makeError(
    'ERR_OPERATOR_DENIED',
    `${where}: ${inspection.typeName} uses operators that are not allowed:` +
      lines.map((line) => `\n  ${line}`).join(''),
  );
}
