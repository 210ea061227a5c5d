import { makeError } from '../make-error.js';
import type { BoundMethod } from '../native/types.js';
import type { Method } from './method.js';
import { DimScope } from './named-dims.js';
import type { ModuleSignature } from './signature.js';
import type { Parsers } from './signature-reader.js';
import { disposeValue } from './value.js';
import { type Check, CheckCompiler, changedItems } from './value-check.js';

type Args = readonly unknown[];
type Kwargs = Readonly<Record<string, unknown>>;

/** The run-time side of a signature: checks what goes into `forward` and what comes out. */
export class CallGuard {
  readonly signature: ModuleSignature;
  readonly #method: Method;
  readonly #compiler: CheckCompiler;
  readonly #inputs: readonly Check[];
  readonly #where: readonly string[];
  readonly #required: number;
  readonly #output: Check;

  constructor(method: Method, signature: ModuleSignature, parsers: Parsers) {
    this.#method = method;
    this.signature = signature;
    this.#compiler = new CheckCompiler(method.name, parsers);
    this.#inputs = signature.inputs.map((input) => this.#compiler.compile(input));
    this.#where = signature.inputs.map(({ name }, index) => `input '${name ?? index}'`);
    this.#required = signature.inputs.findLastIndex((input) => input.optional !== true) + 1;
    this.#output = this.#compiler.compile(signature.output);
  }

  /** The method with its checks around it. */
  wrap(bound: BoundMethod): BoundMethod {
    return {
      sync: (...args) => {
        const scope = new DimScope();
        return this.output(bound.sync(...this.inputs(args, scope)), scope);
      },
      async: async (...args) => {
        const scope = new DimScope();
        return this.output(await bound.async(...this.inputs(args, scope)), scope);
      },
    };
  }

  /** Checks positional arguments. */
  inputs(args: Args, scope: DimScope): Args {
    if (args.length > this.#inputs.length || args.length < this.#required) {
      throw this.#count(args.length);
    }
    return changedItems(args, (value, index) => {
      return (this.#inputs[index] as Check)(value, scope, this.#where[index] as string);
    });
  }

  /** Checks positional and keyword arguments together. */
  mixed(args: Args, kwargs: Kwargs, scope: DimScope): { args: Args; kwargs: Kwargs } {
    if (args.length > this.#inputs.length) throw this.#count(args.length);
    const positional = [...args];
    const named = { ...kwargs };
    this.#inputs.forEach((check, index) => {
      const where = this.#where[index] as string;
      if (index < args.length) {
        positional[index] = check(args[index], scope, where);
        return;
      }
      const given = this.#keysOf(index).find((key) => Object.hasOwn(kwargs, key));
      if (given !== undefined) {
        delete named[given];
        named[this.#nameOf(index)] = check(kwargs[given], scope, where);
      } else if (this.signature.inputs[index]?.optional !== true) {
        throw this.#compiler.fail(where, 'missing');
      }
    });
    return { args: positional, kwargs: named };
  }

  /** Checks what the method gave; a misfit is disposed. */
  output(value: unknown, scope: DimScope): unknown {
    try {
      return this.#output(value, scope, 'output');
    } catch (error) {
      disposeValue(value);
      throw error;
    }
  }

  #nameOf(index: number): string {
    return this.#method.args[index]?.name ?? '';
  }

  /** Names that a keyword argument may go by: the method's, in camelCase too, and the signature's. */
  #keysOf(index: number): string[] {
    const name = this.#nameOf(index);
    const camel = name.replace(/(?<=.)_(.)/g, (_, letter: string) => letter.toUpperCase());
    return [name, camel, this.signature.inputs[index]?.name ?? name];
  }

  #count(got: number): Error {
    const { length } = this.#inputs;
    const names = this.signature.inputs.map(({ name }, index) => name ?? index).join(', ');
    const expected = this.#required === length ? `${length}` : `${this.#required} to ${length}`;
    const message = `${this.#method.name}: expected ${expected} inputs (${names}), got ${got}`;
    return makeError('ERR_SIGNATURE', message);
  }
}
