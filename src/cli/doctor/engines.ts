import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { bytes, duration } from '../figures.js';
import { type Finding, failure, ok, remark, type Section, warning } from './finding.js';
import type { Probe, Probed } from './probe.js';
import { containerCores } from './system.js';

const SLOW_CAPABILITIES: ReadonlySet<string> = new Set(['DEFAULT', 'NO AVX']);
const variables = /^(?:OMP|MKL|KMP|GOMP|ATEN|TORCH|DNNL|ONEDNN|OPENBLAS)_|^CUDA_VISIBLE_DEVICES$/;

function cudaFinding({ cudaDevices, cudaProblem }: Probed): Finding {
  if (cudaProblem === null) {
    return ok(
      'CUDA',
      cudaDevices.map(({ name, bytes: size }) => `${name} ${bytes(size)}`).join(', '),
    );
  }
  const hasGpu = ['/proc/driver/nvidia/version', '/dev/nvidia0'].some((path) => existsSync(path));
  if (!hasGpu) return remark('CUDA', 'no NVIDIA GPU or driver on this machine');
  const advice = 'Build against a CUDA LibTorch: LIBTORCH=/path/to/torch npm run build:all';
  return warning('CUDA', `there is an NVIDIA GPU, but ${cudaProblem}`, advice);
}

function cpuFinding({ backends }: Probed): Finding {
  const { cpuCapability } = backends;
  return SLOW_CAPABILITIES.has(cpuCapability)
    ? warning(
        'CPU',
        `no vector instructions (${cpuCapability})`,
        'Models run several times slower.',
      )
    : ok('CPU', `${cpuCapability} instructions`);
}

function librariesFinding({ backends }: Probed): Finding {
  const { mkldnn, mkl, openmp } = backends;
  const parts = [
    ['oneDNN', mkldnn],
    ['MKL', mkl],
    ['OpenMP', openmp],
  ] as const;
  const names = (wanted: boolean): string =>
    parts.flatMap(([name, has]) => (has === wanted ? name : [])).join(', ');
  const missing = names(false);
  if (missing === '') return ok('libraries', names(true));
  const advice = 'Convolutions and matrix products are slower without.';
  return warning('libraries', `without ${missing}`, advice);
}

function enginesFinding({ backends }: Probed): Finding {
  const { quantizedEngine, quantizedEngines } = backends;
  const all = quantizedEngines.map((name) =>
    name === quantizedEngine ? `${name} (in use)` : name,
  );
  return all.length > 0
    ? ok('quantized', all.join(', '))
    : warning('quantized', 'no engine', 'Quantized models cannot run.');
}

/** Cores that threads can really use. */
function usableCores(): number {
  return Math.max(1, Math.floor(Math.min(availableParallelism(), containerCores() ?? Infinity)));
}

function threadsFinding({ backends, pool }: Probed): Finding {
  const cores = usableCores();
  const detail =
    `${backends.intraOpThreads} in an operator; the default pool runs ${pool.threads} calls ` +
    `with ${pool.intraOpThreads} each`;
  const most = Math.max(backends.intraOpThreads, pool.threads * pool.intraOpThreads);
  if (most <= cores) return ok('threads', detail);
  const advice =
    `That is more than the ${cores} usable ${cores === 1 ? 'core' : 'cores'}: set OMP_NUM_THREADS=${cores} ` +
    `or call configure({ threads: 1, intraOpThreads: ${cores} }).`;
  return warning('threads', detail, advice);
}

function environmentFindings(): Finding[] {
  const set = Object.entries(process.env).filter(([name]) => variables.test(name));
  if (set.length === 0) return [];
  const detail = set.map(([name, value]) => `${name}=${value}`).join(' ');
  return [remark('environment', detail)];
}

/** What LibTorch can do here, as its probe told. */
export function enginesSection(probe: Probe | null): Section {
  const title = 'Engines';
  if (probe === null) return { title, findings: [remark('loading', 'not tried: see above')] };
  if (!('probed' in probe)) {
    const { code, problem } = probe;
    const [head = '', ...rest] = problem.split('\n');
    const detail = code === null ? head : `${code}: ${head}`;
    return { title, findings: [failure('loading', detail, rest.join('\n') || undefined)] };
  }
  const { probed } = probe;
  const { version } = probed.backends;
  return {
    title,
    findings: [
      ok('loading', `LibTorch ${version} in ${duration(probed.loadMs)}`),
      cpuFinding(probed),
      cudaFinding(probed),
      librariesFinding(probed),
      enginesFinding(probed),
      threadsFinding(probed),
      ...environmentFindings(),
    ],
  };
}
