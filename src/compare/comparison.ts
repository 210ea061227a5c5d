import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type SavableValue, save } from '../checkpoint/save.js';
import { makeError } from '../make-error.js';
import { disposeValue, type ModuleInput, type ModuleValue } from '../module/value.js';
import { defaultPoolInfo } from '../runtime/pool.js';
import { compareAccuracy } from './accuracy.js';
import {
  argumentsOf,
  type CompareInput,
  type CompareInputs,
  copyArguments,
  countOf,
} from './inputs.js';
import { type Latency, measureTogether } from './latency.js';
import { measurePeak } from './memory.js';
import type { ResolvedCompareOptions } from './options.js';
import { OutputComparison } from './outputs.js';
import type { ComparedModule, ModuleComparison } from './report.js';
import { about, type ComparedSource, type Scratch, Subject } from './subject.js';

type Arguments = readonly ModuleInput[];
type Memory = { readonly peak: number | null; readonly reason?: string };

/** What both modules are given, and what comes of it. */
export class Comparison implements Scratch {
  readonly #options: ResolvedCompareOptions;
  readonly #outputs: OutputComparison;
  readonly #subjects: Subject[] = [];
  #first: Arguments[] = [];
  #folder: string | null = null;

  constructor(options: ResolvedCompareOptions) {
    this.#options = options;
    this.#outputs = new OutputComparison(options);
  }

  async file(name: string): Promise<string> {
    this.#folder ??= await mkdtemp(path.join(tmpdir(), 'libtorch-node-compare-'));
    return path.join(this.#folder, name);
  }

  async run(sources: readonly ComparedSource[], inputs: CompareInputs): Promise<ModuleComparison> {
    const options = this.#options;
    for (const [at, role] of (['reference', 'other'] as const).entries()) {
      options.signal?.throwIfAborted();
      this.#subjects.push(await Subject.open(role, sources[at]!, this, options));
    }
    await this.#compareOutputs(inputs);
    const each = (given: Arguments): Arguments[] => this.#argumentsOfEach(given);
    const accuracy = await compareAccuracy(this.#subjects, each, options);
    const latencies = await this.#measureLatency();
    const memories = await this.#measureMemory();
    const { atol, rtol, method } = options;
    const { passed, errors, outputs, differences } = this.#outputs;
    const [reference, other] = this.#subjects.map((subject, at) => {
      return describeSubject(subject, latencies[at] ?? null, memories[at]!);
    }) as [ComparedModule, ComparedModule];
    return {
      passed,
      atol,
      rtol,
      method,
      errors,
      outputs,
      inputs: this.#outputs.inputs,
      differences,
      accuracy,
      reference,
      other,
      speedUp: latencies.length === 0 ? null : latencies[0]!.median / latencies[1]!.median,
    };
  }

  async close(): Promise<void> {
    for (const subject of this.#subjects) subject.dispose();
    for (const args of this.#first) disposeValue(args);
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
  }

  async #compareOutputs(inputs: CompareInputs): Promise<void> {
    const { report, signal } = this.#options;
    const total = countOf(inputs);
    let done = 0;
    for await (const input of inputs) {
      signal?.throwIfAborted();
      await this.#compareInput(input, done);
      report({ phase: 'outputs', done: ++done, total });
    }
    if (done > 0) return;
    throw makeError('ERR_INVALID_ARG_VALUE', 'compareModules: inputs: there are none');
  }

  async #compareInput(input: CompareInput, index: number): Promise<void> {
    const given = argumentsOf(input, index);
    if (index === 0) this.#first = this.#argumentsOfEach(given);
    const args = this.#argumentsOfEach(given);
    const results: unknown[] = [];
    try {
      for (const [at, subject] of this.#subjects.entries()) {
        results.push(await subject.run(args[at]!, `inputs[${index}]`, this.#options));
      }
      this.#add(results as ModuleValue[], index);
    } finally {
      disposeValue(results);
      disposeValue(args);
    }
  }

  #add([reference, other]: readonly ModuleValue[], index: number): void {
    try {
      this.#outputs.add(reference!, other!);
    } catch (error) {
      throw about(error, `the results of inputs[${index}] cannot be compared`);
    }
  }

  #argumentsOfEach(given: Arguments): Arguments[] {
    const { otherInputs } = this.#options;
    const forOther = copyArguments(given);
    if (otherInputs === null) return [copyArguments(given), forOther];
    // Copied again, as it may give tensors that its caller keeps.
    const made = copyArguments(argumentsOf(otherInputs(forOther), null));
    disposeValue(forOther);
    return [copyArguments(given), made];
  }

  async #measureLatency(): Promise<Latency[]> {
    const { iterations, warmup, report } = this.#options;
    if (iterations === 0) return [];
    let done = 0;
    const calls = this.#subjects.map((subject, at) => {
      return () => subject.run(this.#first[at]!, 'inputs[0]', this.#options);
    });
    const step = (): void => report({ phase: 'latency', done: ++done, total: iterations });
    return measureTogether(calls, { warmup, iterations, step });
  }

  async #measureMemory(): Promise<Memory[]> {
    const { memory, report } = this.#options;
    const memories: Memory[] = [];
    for (const [at, subject] of this.#subjects.entries()) {
      memories.push(memory ? await this.#peakOf(subject, this.#first[at]!) : { peak: null });
      if (memory) report({ phase: 'memory', done: at + 1, total: this.#subjects.length });
    }
    return memories;
  }

  /** A comparison is worth having without it: what went wrong becomes the reason. */
  async #peakOf(subject: Subject, args: Arguments): Promise<Memory> {
    const { role, file } = subject;
    const { method, signal } = this.#options;
    const load = subject.loadOptions(this.#options);
    if ('none' in file) return { peak: null, reason: file.none };
    try {
      const inputs = await this.file(`${role}-inputs.pt`);
      await save(args as SavableValue, inputs);
      const { intraOpThreads: threads } = defaultPoolInfo();
      return {
        peak: await measurePeak({ file: file.path, inputs, method, load, threads }, signal),
      };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      return { peak: null, reason: (error as Error).message };
    }
  }
}

function describeSubject(
  { name, module, file }: Subject,
  latency: Latency | null,
  { peak, reason }: Memory,
): ComparedModule {
  const none = 'none' in file && file.size === null ? file.none : undefined;
  return {
    name,
    format: module.format,
    sizeBytes: file.size,
    latency,
    peakMemoryBytes: peak,
    notMeasured: {
      ...(none !== undefined && { size: none }),
      ...(reason !== undefined && { memory: reason }),
    },
  };
}
