import { spawn, spawnSync } from 'node:child_process';
import { type ByteSource, type Reading, readAt } from '../archive/reading.js';
import {
  readSource,
  readSourceSync,
  type Taken,
  takeBytes,
  takeBytesSync,
} from '../archive/with-source.js';
import { makeError } from '../make-error.js';
import { nativeFiles } from '../native/addon.js';
import type { ModuleSource as NativeSource } from '../native/types.js';

const MARK = 'libtorch-node-flatbuffer:';
const LONGEST = 120_000;

/** Loads what comes through standard input, and says how that went: the whole life of the process. */
const program = `
const [loader, addon, ...libraries] = process.argv.slice(1);
const report = (problem) => process.stdout.write('\\n${MARK}' + JSON.stringify({ problem }) + '\\n');
const makeError = (code, message) => Object.assign(new Error(message), { code });
const options = {
  device: null, extraFiles: [], executor: 'off', allowFlatbuffer: true, format: null,
  checkOperators: true, pool: null,
};
try {
  require(loader).open(libraries);
  const native = require(addon);
  native.initialize({
    Tensor: class {}, token: {}, wrapScriptObject: () => null, makeError, warn: () => {},
  });
  const { buffer, byteOffset, byteLength } = require('node:fs').readFileSync(0);
  native.module.loadSync({ buffer, byteOffset, byteLength }, options);
  report(null);
} catch (error) {
  report(String(error.message));
}
`;

interface Outcome {
  readonly output: string;
  readonly status: number | null;
  readonly signal: string | null;
  readonly error?: Error | undefined;
}

function command(): [file: string, args: string[], env: NodeJS.ProcessEnv] {
  const { loader, addon, libraries } = nativeFiles();
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' };
  return [process.execPath, ['-e', program, loader, addon, ...libraries], env];
}

function judge(name: string, { output, status, signal, error }: Outcome): void {
  const line = output.split('\n').find((text) => text.startsWith(MARK));
  if (line !== undefined) {
    const { problem } = JSON.parse(line.slice(MARK.length)) as { problem: string | null };
    if (problem === null) return;
    throw makeError('ERR_LOAD_FAILED', problem.replace('the given bytes', name));
  }
  if (error !== undefined) {
    const why = `a process to try it in could not be started: ${error.message}`;
    throw makeError('ERR_LOAD_FAILED', `${name}: ${why}`, null, { cause: error });
  }
  const end = signal === null ? `with code ${status}` : `by ${signal}`;
  throw makeError(
    'ERR_LOAD_FAILED',
    `${name}: the flatbuffer is damaged: the process in which LibTorch's reader tried it ended ${end}`,
  );
}

function tryIn(bytes: Uint8Array): Promise<Outcome> {
  const [file, args, env] = command();
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'ignore'], timeout: LONGEST });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', (error) => resolve({ output, status: null, signal: null, error }));
    child.on('close', (status, signal) => resolve({ output, status, signal }));
    // A process that ended early leaves the pipe broken; how it ended says more.
    child.stdin.on('error', () => {});
    child.stdin.end(bytes);
  });
}

function* readsAsFlatbuffer(source: ByteSource): Reading<boolean> {
  if (source.size < 8) return false;
  const head = yield* readAt(0, 8);
  return Buffer.from(head).toString('latin1', 4) === 'PTMF';
}

function wholeOf({ whole }: Taken): NativeSource {
  const { buffer, byteOffset, byteLength } = whole;
  return { buffer, byteOffset, byteLength };
}

/**
 * A source that may be loaded here: a flatbuffer is first loaded in a process of its own, because
 * LibTorch's reader crashes on one in a hundred damaged ones. What was tried is what is loaded, even
 * if the file changes in between.
 *
 * @internal
 */
export async function triedSource(source: NativeSource): Promise<NativeSource> {
  if (!(await readSource(source, readsAsFlatbuffer))) return source;
  const taken = await takeBytes(source);
  judge(taken.name, await tryIn(taken.whole));
  return wholeOf(taken);
}

/** `triedSource` on this thread. @internal */
export function triedSourceSync(source: NativeSource): NativeSource {
  if (!readSourceSync(source, readsAsFlatbuffer)) return source;
  const taken = takeBytesSync(source);
  const [file, args, env] = command();
  const { stdout, status, signal, error } = spawnSync(file, args, {
    env,
    input: taken.whole,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: LONGEST,
    encoding: 'utf8',
  });
  // A pipe that broke because the process ended early is no failure to start it.
  const failed = status === null && signal === null ? error : undefined;
  judge(taken.name, { output: stdout ?? '', status, signal, error: failed });
  return wholeOf(taken);
}
