import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeError } from '../make-error.js';
import { packageRoot } from '../native/find-addon.js';
import { program } from './memory-program.js';

/** What a process of its own loads and runs. */
export interface MemoryTask {
  /** Of the module. */
  readonly file: string;
  /** A list of arguments, as `save` wrote it. */
  readonly inputs: string;
  readonly method: string;
  /** Options of `loadModule` that JSON carries. */
  readonly load: Readonly<Record<string, unknown>>;
  /** Threads inside an operator. */
  readonly threads: number;
}

type Report =
  | { readonly peak: number }
  | { readonly code: string | null; readonly message: string; readonly detail: string | null };

const MARK = 'libtorch-node-memory:';

function readReport(output: string): Report | null {
  const line = output.split('\n').find((text) => text.startsWith(MARK));
  return line === undefined ? null : (JSON.parse(line.slice(MARK.length)) as Report);
}

/**
 * Peak memory in bytes that loading a module and running it twice adds to a process in which the
 * package and the inputs are loaded already: the high-water mark of its resident set (`VmHWM` of
 * proc(5)) less what was resident before, and less the pages of libraries that came in meanwhile.
 * Linux only. Failures inside reject as they would here.
 */
export function measurePeak(task: MemoryTask, signal?: AbortSignal): Promise<number> {
  if (process.platform !== 'linux') {
    const message = 'measurePeak: peak memory is read from /proc, which only Linux has';
    return Promise.reject(makeError('ERR_UNSUPPORTED_PLATFORM', message));
  }
  const bundle = pathToFileURL(path.join(packageRoot(), 'dist', 'libtorch-node.js')).href;
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program(MARK)], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
      killSignal: 'SIGKILL',
      ...(signal && { signal }),
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', (cause) => {
      const message = `a process to measure memory in could not be started: ${cause.message}`;
      reject(
        signal?.aborted ? signal.reason : makeError('ERR_MEASURE_FAILED', message, null, { cause }),
      );
    });
    child.on('close', (status, killed) => {
      const report = readReport(output);
      if (report === null) {
        const end = killed === null ? `with code ${status}` : `by ${killed}`;
        reject(makeError('ERR_MEASURE_FAILED', `the process that measured memory ended ${end}`));
      } else if ('peak' in report) resolve(report.peak);
      else reject(makeError(report.code ?? 'ERR_MEASURE_FAILED', report.message, report.detail));
    });
    // A process that ended early leaves the pipe broken; how it ended says more.
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify({ ...task, bundle }));
  });
}
