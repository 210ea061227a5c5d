import { native } from '../native/addon.js';

/** One registered operator, and whether it can be called. */
export interface OperatorCoverage {
  /** With its namespace: 'aten::add'. */
  readonly name: string;
  /** 'Tensor'; '' for the overload without a name. */
  readonly overload: string;
  /** As PyTorch writes it. */
  readonly schema: string;
  readonly callable: boolean;
  /** Why it cannot be called. */
  readonly reason?: string;
}

/**
 * Every operator that LibTorch has registered in this process, and why those that cannot be called
 * from JavaScript cannot.
 *
 * @example
 * ```ts
 * import { operatorCoverage } from 'libtorch-node';
 *
 * const refused = operatorCoverage().filter(({ callable }) => !callable);
 * console.log(refused.length > 0, refused.every(({ reason }) => reason)); // true true
 * ```
 */
export function operatorCoverage(): OperatorCoverage[] {
  return native.ops.list().map(({ name, overload, schema, obstacle }) => {
    const known = { name, overload, schema };
    return obstacle === undefined
      ? { ...known, callable: true }
      : { ...known, callable: false, reason: obstacle };
  });
}
