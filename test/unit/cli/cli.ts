/** Runs the command line as a user does, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

export const program = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

/** How it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs with the child once it is started. */
  readonly meanwhile?: (child: ChildProcess) => void;
}

function environment(extra: CliOptions['env']): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, VITEST: _vitest, FORCE_COLOR: _color, ...env } = process.env;
  return { ...env, ...extra };
}

/** An environment in which neither the addon nor LibTorch can be found. */
export const withoutLibTorch = {
  LIBTORCH_NODE_ADDON: '/nonexistent/libtorch_node.node',
  LIBTORCH: '/nonexistent',
} as const;

/** Runs `libtorch-node ARGS` to its end. */
export function cli(args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? path.dirname(program),
    env: environment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  options.meanwhile?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Said of long work; what is long depends on the machine. */
const progress = /^.* \d+\/\d+ after .*\n/gm;

/** What it printed; fails unless it ended well, and in silence on standard error but for progress. */
export async function printed(args: readonly string[], options: CliOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await cli(args, options);
  if (code !== 0 || stderr.replace(progress, '') !== '') {
    throw new Error(`ended with ${code}: ${stdout}\n${stderr}`);
  }
  return stripVTControlCharacters(stdout);
}

/** What it printed as JSON. */
export async function json<T>(args: readonly string[], options: CliOptions = {}): Promise<T> {
  return JSON.parse(await printed([...args, '--json'], options)) as T;
}
