import { isDeepStrictEqual } from 'node:util';
import { ScriptObject } from '../module/script-object.js';
import type { ModuleValue } from '../module/value.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import type { ErrorFigures, Tolerance } from './error-figures.js';
import { ErrorSums } from './errors.js';
import { describeLeaf, type Leaf, leavesOf } from './leaves.js';
import type { Difference, DifferenceKind, InputErrors, OutputErrors } from './report.js';

/** How results are compared. */
export interface OutputRules extends Tolerance {
  /** Whether dtypes must be the same too. */
  readonly checkDtype: boolean;
}

interface Worst {
  error: number;
  at: number | null;
}

/** Compares results input by input, and keeps figures alone. */
export class OutputComparison {
  readonly #rules: OutputRules;
  readonly #all = new ErrorSums();
  readonly #outputs = new Map<string, { sums: ErrorSums; worst: Worst }>();
  readonly #inputs: InputErrors[] = [];
  readonly #differences = new Map<string, Difference>();

  constructor(rules: OutputRules) {
    this.#rules = rules;
  }

  /** Takes the results of the next input; they stay the caller's. */
  add(reference: ModuleValue, other: ModuleValue): InputErrors {
    const made = tidy(() => this.#compare(leavesOf(reference), leavesOf(other)));
    this.#inputs.push(made);
    return made;
  }

  get errors(): ErrorFigures {
    return this.#all.figures;
  }

  get outputs(): OutputErrors[] {
    return [...this.#outputs].map(([output, { sums, worst }]) => {
      return { output, ...sums.figures, worstInput: worst.at };
    });
  }

  get inputs(): readonly InputErrors[] {
    return this.#inputs;
  }

  get differences(): Difference[] {
    return [...this.#differences.values()];
  }

  get passed(): boolean {
    return this.#inputs.every(({ passed }) => passed);
  }

  #compare(reference: Map<string, Leaf>, other: Map<string, Leaf>): InputErrors {
    const sums = new ErrorSums();
    const input = this.#inputs.length;
    let counts = false;
    let worstOutput: string | null = null;
    let worstError = -1;
    for (const output of new Set([...reference.keys(), ...other.keys()])) {
      const pair = [reference.get(output), other.get(output)] as const;
      const kind = differenceOf(...pair);
      if (kind !== null) {
        counts = this.#note(kind, output, ...pair) || counts;
      }
      const [a, b] = pair.map((one) => one?.tensor ?? null);
      if (!a || !b || (kind !== null && kind !== 'dtype')) continue;
      const part = ErrorSums.of(a, b, this.#rules);
      const error = part.figures.maxAbsoluteError;
      sums.add(part);
      this.#keep(output, part, error, input);
      if (error !== null && error > worstError) {
        worstOutput = output;
        worstError = error;
      }
    }
    this.#all.add(sums);
    const { figures } = sums;
    return { input, passed: figures.allClose && !counts, ...figures, worstOutput };
  }

  #keep(output: string, part: ErrorSums, error: number | null, input: number): void {
    let known = this.#outputs.get(output);
    if (known === undefined) {
      known = { sums: new ErrorSums(), worst: { error: -1, at: null } };
      this.#outputs.set(output, known);
    }
    known.sums.add(part);
    if (error !== null && error > known.worst.error) known.worst = { error, at: input };
  }

  /** Whether it counts. */
  #note(kind: DifferenceKind, output: string, reference?: Leaf, other?: Leaf): boolean {
    const key = `${kind} ${output}`;
    const known = this.#differences.get(key);
    const counts = kind !== 'dtype' || this.#rules.checkDtype;
    this.#differences.set(key, {
      kind,
      output,
      input: known?.input ?? this.#inputs.length,
      inputs: (known?.inputs ?? 0) + 1,
      counts,
      reference: known ? known.reference : reference ? describeLeaf(reference) : null,
      other: known ? known.other : other ? describeLeaf(other) : null,
    });
    return counts;
  }
}

/** In what two leaves differ before their numbers are looked at. */
function differenceOf(a: Leaf | undefined, b: Leaf | undefined): DifferenceKind | null {
  if (a === undefined || b === undefined) return 'structure';
  if (a.tensor !== null && b.tensor !== null) {
    if (a.value instanceof Tensor !== b.value instanceof Tensor) return 'structure';
    if (!isDeepStrictEqual(a.tensor.shape, b.tensor.shape)) return 'shape';
    return a.tensor.dtype === b.tensor.dtype ? null : 'dtype';
  }
  if (a.tensor !== null || b.tensor !== null || typeof a.value !== typeof b.value) {
    return 'structure';
  }
  if (a.value instanceof ScriptObject || b.value instanceof ScriptObject) return 'opaque';
  return isDeepStrictEqual(a.value, b.value) ? null : 'value';
}
