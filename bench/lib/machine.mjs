/** The machine and the versions that a figure was taken with. */
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** What decides how fast 8-bit kernels are. */
function vectorExtensions() {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
    const wanted = /^(avx2|avx512f|avx512_vnni|avx_vnni|avx512_bf16|amx_int8|amx_bf16)$/;
    return flags.split(' ').filter((flag) => wanted.test(flag));
  } catch {
    return [];
  }
}

export function describeMachine({ version, cpuCapability }) {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    libtorch: version,
    instructions: cpuCapability,
    extensions: vectorExtensions(),
    // A busy machine makes figures worse: what else ran in the minute before.
    loadAverage: Number(os.loadavg()[0].toFixed(2)),
  };
}

export function renderMachine(machine) {
  const { cpu, cores, memoryGiB, node, libtorch, instructions, extensions, loadAverage } = machine;
  const has = extensions.length === 0 ? '' : `; the processor has ${extensions.join(', ')}`;
  const versions = `Node ${node}, LibTorch ${libtorch} (${instructions}${has})`;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; ${versions}; load average ${loadAverage}`;
}
