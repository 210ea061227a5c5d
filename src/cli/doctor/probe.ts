/** LibTorch is tried in a process of its own: what ends that process must not end the doctor. */
import { spawnSync } from 'node:child_process';
import type { Backends } from '../../index.js';
import { stdout } from '../terminal.js';
import { loadTorch } from '../torch.js';

/** What LibTorch said when it was tried. */
export interface Probed {
  readonly backends: Backends;
  readonly cudaDevices: readonly { readonly name: string; readonly bytes: number }[];
  /** Why there is no CUDA; null where there is. */
  readonly cudaProblem: string | null;
  readonly pool: { readonly threads: number; readonly intraOpThreads: number };
  readonly loadMs: number;
}

/** The outcome of a probe. */
export type Probe =
  | { readonly probed: Probed }
  | { readonly code: string | null; readonly problem: string };

/** The hidden option that makes a process the probe. */
export const probeOption = '--probe';
const MARK = 'libtorch-node-probe:';
const LONGEST = 120_000;

/** What the process of the probe does: tries, and reports in a line of JSON. */
export async function reportProbe(): Promise<void> {
  let probe: Probe;
  try {
    probe = { probed: await tryLibTorch() };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    probe = { code: code ?? null, problem: message };
  }
  stdout.write(`\n${MARK}${JSON.stringify(probe)}\n`);
}

async function tryLibTorch(): Promise<Probed> {
  const begin = performance.now();
  const torch = await loadTorch();
  const loadMs = performance.now() - begin;
  let cudaProblem: string | null = null;
  try {
    torch.empty([1], { device: 'cuda:0' }).dispose();
  } catch (error) {
    cudaProblem = (error as Error).message;
  }
  const count = cudaProblem === null ? torch.cuda.deviceCount() : 0;
  const cudaDevices = Array.from({ length: count }, (_, index) => {
    return { name: `cuda:${index}`, bytes: torch.cuda.memoryStats(index).totalBytes };
  });
  // It works: adds two numbers.
  if (torch.tensor([1, 2]).sum().item() !== 3) throw new Error('LibTorch cannot add 1 and 2');
  const { threads, intraOpThreads } = torch.defaultPoolInfo();
  return {
    backends: torch.backends(),
    cudaDevices,
    cudaProblem,
    pool: { threads, intraOpThreads },
    loadMs,
  };
}

/** Runs the probe, unless what it needs is not there. */
export function runProbe(isPossible: boolean): Probe | null {
  if (!isPossible) return null;
  const program = process.argv[1];
  if (program === undefined) return { code: null, problem: 'there is no program to start' };
  const args = [...process.execArgv, program, 'doctor', probeOption];
  const {
    stdout: out,
    stderr,
    status,
    signal,
    error,
  } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: LONGEST,
  });
  const line = (out ?? '').split('\n').find((text) => text.startsWith(MARK));
  if (line !== undefined) return JSON.parse(line.slice(MARK.length)) as Probe;
  if (error !== undefined) return { code: null, problem: error.message };
  const last = (stderr ?? '').trim().split('\n').at(-1) ?? '';
  const end = signal === null ? `with code ${status}` : `by ${signal}`;
  return { code: null, problem: `the process that loads it ended ${end}${last && `: ${last}`}` };
}
