import type { Progress } from '../progress.js';
import type { ModuleInput, ModuleValue, ScriptModule, Torch } from '../torch.js';
import { type Arguments, makeArguments, type Plan } from './arguments.js';
import { describeValue, type Part, partsOf } from './describe.js';
import { BatchOutput, writeOutput } from './output.js';
import { isScores, type TopK, topK } from './top-k.js';
import type { ValueMaker } from './values.js';

/** What became of one set of inputs. */
export interface RunResult {
  /** Of a batch. */
  readonly file: string | null;
  readonly inputs: readonly { readonly name: string; readonly parts: readonly Part[] }[];
  readonly outputs: readonly Part[];
  readonly topK: readonly TopK[];
  /** Milliseconds until the inputs were there. */
  readonly prepareMs: number;
  /** Of the first call with them; null where it was one of those that were measured. */
  readonly firstMs: number | null;
  /** Of the calls that count. */
  readonly times: readonly number[];
  readonly written: readonly string[];
}

/** How often, and what is made of the results. */
export interface SessionOptions {
  readonly method: string;
  readonly repeat: number;
  readonly warmup: number;
  readonly topK: number;
  readonly labels: readonly string[] | null;
  readonly output: string | null;
}

function disposeTensors(torch: Torch, values: Iterable<unknown>): void {
  for (const value of values) {
    for (const part of partsOf(value as ModuleValue)) {
      if (part.value instanceof torch.Tensor) part.value.dispose();
    }
  }
}

/** Runs a method on inputs, one set after the other. */
export class Session {
  private readonly torch: Torch;
  private readonly model: ScriptModule;
  private readonly options: SessionOptions;
  private readonly batchOutput: BatchOutput;
  private isWarm = false;

  constructor(torch: Torch, model: ScriptModule, options: SessionOptions) {
    this.torch = torch;
    this.model = model;
    this.options = options;
    this.batchOutput = new BatchOutput(options.output ?? '.');
  }

  /** How many calls a set of inputs takes, for its progress. */
  get callsEach(): number {
    return this.options.repeat;
  }

  private async call(made: Arguments): Promise<{ value: ModuleValue; ms: number }> {
    const format: string = this.model.format;
    const { args, kwargs } = format === 'lite' ? this.placed(made) : made;
    const named = Object.keys(kwargs).length > 0 ? { kwargs } : undefined;
    const begin = performance.now();
    const value = await this.model.run<ModuleValue>(this.options.method, args, named);
    return { value, ms: performance.now() - begin };
  }

  /** The lite interpreter takes no names: what is left out before a named one keeps its default. */
  private placed({ args, kwargs, shown }: Arguments): Arguments {
    const names = this.model.methods.find(({ name }) => name === this.options.method)?.args ?? [];
    const last = names.findLastIndex(({ name }) => Object.hasOwn(kwargs, name));
    const rest = names.slice(args.length, last + 1).map(({ name }) => kwargs[name] as ModuleInput);
    return { args: [...args, ...rest], kwargs: {}, shown };
  }

  /** A call whose result does not matter. */
  private async callOnly(made: Arguments): Promise<number> {
    const { value, ms } = await this.call(made);
    disposeTensors(this.torch, [value]);
    return ms;
  }

  /** Makes the inputs, calls as often as asked for, describes the last result. */
  async run(
    plan: Plan,
    maker: ValueMaker,
    file: string | null,
    progress: Progress,
  ): Promise<RunResult> {
    const { torch, options } = this;
    const begin = performance.now();
    const made = await makeArguments(plan, maker, file);
    const prepareMs = performance.now() - begin;
    const inputs = made.shown.map(({ name, value }) => ({
      name,
      parts: describeValue(torch, value),
    }));
    const firstMs = await this.warmUp(made);
    const times: number[] = [];
    for (let left = options.repeat - 1; left > 0; left--) {
      times.push(await this.callOnly(made));
      progress.step(file ?? '');
    }
    const { value, ms } = await this.call(made);
    times.push(ms);
    progress.step(file ?? '');
    const result = {
      file,
      inputs,
      prepareMs,
      firstMs,
      times,
      ...(await this.describe(value, file)),
    };
    disposeTensors(torch, [value, ...made.args, ...Object.values(made.kwargs)]);
    return result;
  }

  /** Calls that do not count, before the first set of inputs. */
  private async warmUp(made: Arguments): Promise<number | null> {
    if (this.isWarm) return null;
    this.isWarm = true;
    if (this.options.warmup === 0) return null;
    const first = await this.callOnly(made);
    for (let left = this.options.warmup - 1; left > 0; left--) await this.callOnly(made);
    return first;
  }

  private async describe(
    value: ModuleValue,
    file: string | null,
  ): Promise<Pick<RunResult, 'outputs' | 'topK' | 'written'>> {
    const { torch, options } = this;
    const { output, labels } = options;
    const outputs = describeValue(torch, value);
    const target = output === null || file === null ? output : this.batchOutput.of(file);
    const written = target === null ? [] : await writeOutput(torch, value, target);
    const ranked: TopK[] = [];
    for (const part of partsOf(value)) {
      if (options.topK === 0 || !(part.value instanceof torch.Tensor)) continue;
      if (!isScores(part.value)) continue;
      ranked.push(...topK(torch, part.value, options.topK, labels));
      break;
    }
    return { outputs, topK: ranked, written };
  }
}
