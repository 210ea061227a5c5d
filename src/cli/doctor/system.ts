import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../native/find-addon.js';
import { explainPlatform } from '../../native/load-failure.js';
import { bytes } from '../figures.js';
import { type Finding, failure, ok, remark, type Section, warning } from './finding.js';

const require = createRequire(import.meta.url);
const OLDEST_NODE = [20, 19] as const;
const OLDEST_GLIBC = 2.28;
/** LibTorch itself takes some 200 MB, and a model its weights. */
const LITTLE_MEMORY = 1e9;

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Cores that a container may use, by either version of control groups; null without a limit. */
export function containerCores(read: (path: string) => string | null = readText): number | null {
  const [quota, period] = read('/sys/fs/cgroup/cpu.max')?.split(' ') ?? [
    read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'),
    read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'),
  ];
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? cores : null;
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const { node, modules, napi } = process.versions;
  const detail = `${node} (ABI ${modules}, Node-API ${napi ?? 'none'})`;
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return isOld
    ? failure('Node', detail, `Node ${OLDEST_NODE.join('.')} or newer is needed.`)
    : ok('Node', detail);
}

function platformFinding(): Finding {
  const where = `${process.platform}-${process.arch}`;
  const problem = explainPlatform();
  if (problem !== null) return failure('system', where, problem);
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const glibc = header?.glibcVersionRuntime;
  if (glibc === undefined) {
    const advice = 'LibTorch exists for glibc only: use a glibc image, e.g. node:20-slim.';
    return failure('system', `${where} without glibc`, advice);
  }
  const [major, minor = '0'] = glibc.split('.');
  const isOld = Number(`${major}.${minor.padStart(2, '0')}`) < OLDEST_GLIBC;
  return isOld
    ? failure('system', `${where}, glibc ${glibc}`, `glibc ${OLDEST_GLIBC} or newer is needed.`)
    : ok('system', `${where}, glibc ${glibc}`);
}

function memoryFinding(): Finding {
  const limit = process.constrainedMemory?.() ?? 0;
  const isLimited = limit > 0 && limit < totalmem();
  const available = process.availableMemory?.() ?? freemem();
  const total = isLimited ? `${bytes(limit)} allowed by the container` : bytes(totalmem());
  const detail = `${bytes(available)} free of ${total}`;
  return available < LITTLE_MEMORY
    ? warning('memory', detail, 'LibTorch alone takes some 200 MB: free memory or raise the limit.')
    : ok('memory', detail);
}

function coresFinding(): Finding {
  const model = cpus()[0]?.model.trim() || 'unknown processor';
  const limit = containerCores();
  const limited = limit === null ? '' : `, container limited to ${Number(limit.toFixed(2))}`;
  return ok('cores', `${availableParallelism()} of ${model}${limited}`);
}

function versionOf(name: string): string | null {
  try {
    let folder = require.resolve(name);
    for (;;) {
      const up = join(folder, '..');
      if (up === folder) return null;
      folder = up;
      const text = readText(join(folder, 'package.json'));
      const manifest = text === null ? {} : (JSON.parse(text) as Record<string, unknown>);
      if (manifest.name === name) return String(manifest.version);
    }
  } catch {
    return null;
  }
}

function zodFinding(): Finding {
  const version = versionOf('zod');
  if (version === null) {
    const advice = 'Options and signatures are checked with it: npm install zod';
    return failure('zod', 'not found', advice);
  }
  return version.startsWith('4.')
    ? ok('zod', version)
    : failure('zod', version, 'zod 4 is needed: npm install zod@4');
}

function sharpFinding(): Finding {
  const version = versionOf('sharp');
  const advice = "Optional; libtorch-node/image and 'run' read images with it: npm install sharp";
  return version === null ? remark('sharp', 'not found', advice) : ok('sharp', version);
}

/** What there is besides LibTorch. */
export function systemSection(): Section {
  const manifest = readText(join(packageRoot(), 'package.json')) ?? '{}';
  const { version } = JSON.parse(manifest) as { version?: string };
  return {
    title: 'System',
    findings: [
      ok('libtorch-node', `${version ?? 'unknown'} in ${packageRoot()}`),
      nodeFinding(),
      platformFinding(),
      coresFinding(),
      memoryFinding(),
      zodFinding(),
      sharpFinding(),
    ],
  };
}
