import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeError } from '../make-error.js';
import { loadModule } from '../module/load.js';
import { Module } from '../module/module.js';
import { originOf } from '../module/origin.js';
import { ScriptModule } from '../module/script-module.js';
import { type ModuleSource, toNativeSource } from '../module/source.js';
import type { ModuleInput } from '../module/value.js';
import type { ResolvedCompareOptions } from './options.js';

/** A module to compare: itself, or the file or bytes it is loaded from. */
export type ComparedSource = Module<ModuleInput[], unknown> | ModuleSource;

/** A place for files that end with the comparison. */
export interface Scratch {
  /** A path of that name, in a folder that exists. */
  file(name: string): Promise<string>;
}

/** The file of a module, or why there is none; its size may be known all the same. */
type ModuleFile =
  | { readonly path: string; readonly size: number }
  | { readonly none: string; readonly size: number | null };

/** One of the modules, and what its file says. */
export class Subject {
  /** 'reference' or 'other'. */
  readonly role: string;
  readonly module: Module<ModuleInput[], unknown>;
  readonly name: string | null;
  readonly file: ModuleFile;
  readonly #isOwn: boolean;

  private constructor(
    role: string,
    module: Module<ModuleInput[], unknown>,
    file: ModuleFile,
    name: string | null,
    isOwn: boolean,
  ) {
    this.role = role;
    this.module = module;
    this.file = file;
    this.name = name;
    this.#isOwn = isOwn;
  }

  /** Loads what is no module yet; files that are made lie in `scratch`. */
  static async open(
    role: string,
    source: ComparedSource,
    scratch: Scratch,
    { load }: ResolvedCompareOptions,
  ): Promise<Subject> {
    if (source instanceof Module) {
      return new Subject(role, source, await fileOf(role, source, scratch), null, false);
    }
    const given = toNativeSource(source, `compareModules: ${role}`);
    const name = 'path' in given ? path.basename(given.path) : null;
    let module: Module<ModuleInput[], unknown>;
    try {
      module = await loadModule<unknown>(source, { ...load, format: 'auto' });
    } catch (error) {
      throw about(error, role);
    }
    try {
      const file =
        'path' in given
          ? { path: given.path, size: (await stat(given.path)).size }
          : await written(
              role,
              new Uint8Array(given.buffer, given.byteOffset, given.byteLength),
              scratch,
            );
      return new Subject(role, module, file, name, true);
    } catch (error) {
      module.dispose();
      throw error;
    }
  }

  /** Runs it; a failure says which of the two failed, and where. */
  async run(
    args: readonly ModuleInput[],
    where: string,
    { method, signal }: ResolvedCompareOptions,
  ): Promise<unknown> {
    try {
      return await this.module.run<unknown>(method, args, signal && { signal });
    } catch (error) {
      throw signal?.aborted ? error : about(error, `${this.role}, ${where}`);
    }
  }

  /** How another process loads its file: what was loaded here already may be loaded there. */
  loadOptions({ load }: ResolvedCompareOptions): ResolvedCompareOptions['load'] {
    return this.#isOwn ? load : { ...load, allowFlatbuffer: true };
  }

  /** Lets go of a module that was loaded for this. */
  dispose(): void {
    if (this.#isOwn) this.module.dispose();
  }
}

async function written(role: string, bytes: Uint8Array, scratch: Scratch): Promise<ModuleFile> {
  const file = await scratch.file(`${role}.pt`);
  await writeFile(file, bytes);
  return { path: file, size: bytes.byteLength };
}

/** The file of a module that was given as it is: what it would be saved as now. */
async function fileOf(
  role: string,
  module: Module<ModuleInput[], unknown>,
  scratch: Scratch,
): Promise<ModuleFile> {
  // One that is gone fails here, as anywhere.
  if (!module.methods || !(module instanceof ScriptModule)) return originalFile(module);
  try {
    return await written(role, await module.toBytes(), scratch);
  } catch (error) {
    return { none: `the module could not be saved: ${(error as Error).message}`, size: null };
  }
}

/** The file that a module was loaded from, which it still is like: it cannot be changed. */
async function originalFile(module: Module<ModuleInput[], unknown>): Promise<ModuleFile> {
  const origin = originOf(module);
  const none = `a module of format '${module.format}' cannot be saved: give its path instead`;
  if (origin === null || 'size' in origin) return { none, size: origin?.size ?? null };
  try {
    return { path: origin.path, size: (await stat(origin.path)).size };
  } catch (error) {
    return { none: (error as Error).message, size: null };
  }
}

/** The same error, with where it happened before its message; what has no code stays as it is. */
export function about(error: unknown, where: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('ERR_')) {
    return error;
  }
  const { code, message } = error;
  const detail = 'pythonClass' in error ? (error.pythonClass as string | null) : null;
  return makeError(String(code), `compareModules: ${where}: ${message}`, detail, { cause: error });
}
