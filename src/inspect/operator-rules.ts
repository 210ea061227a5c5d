import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';

/** Operators that a module may or may not use: 'aten::linear', or 'quantized::*' for a namespace. */
export interface OperatorRules {
  /** All that it uses must be among these; any are, unless given. */
  readonly allow?: readonly string[] | undefined;
  /** None of these may be used, whatever is allowed. */
  readonly deny?: readonly string[] | undefined;
}

const FORM = /^[A-Za-z_][\w-]*::(?:\w+|\*)$/;

function toTest(
  where: string,
  name: string,
  rules: unknown,
): ((operator: string) => boolean) | null {
  if (rules === undefined) return null;
  if (!Array.isArray(rules)) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `${where}: expected ${name} to be an array of operator names, got ${describe(rules)}`,
    );
  }
  const names = new Set<string>();
  for (const rule of rules as readonly unknown[]) {
    if (typeof rule !== 'string' || !FORM.test(rule)) {
      const got = describe(rule);
      throw makeError(
        typeof rule === 'string' ? 'ERR_INVALID_ARG_VALUE' : 'ERR_INVALID_ARG_TYPE',
        `${where}: expected ${name} to have names as 'aten::linear' or 'quantized::*', got ${got}`,
      );
    }
    names.add(rule);
  }
  return (operator) => names.has(operator) || names.has(`${operator.split('::', 1)[0]}::*`);
}

/** Whether an operator is refused by the rules, which are checked first. @internal */
export function refusalBy(where: string, rules: OperatorRules): (operator: string) => boolean {
  const allowed = toTest(where, 'allow', rules.allow);
  const denied = toTest(where, 'deny', rules.deny);
  return (operator) => denied?.(operator) === true || allowed?.(operator) === false;
}
