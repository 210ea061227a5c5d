/** The machine and the versions that a figure was taken with. */
import os from 'node:os';

export function describeMachine({ version, cpuCapability }) {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    libtorch: version,
    instructions: cpuCapability,
    // A busy machine makes figures worse: what else ran in the minute before.
    loadAverage: Number(os.loadavg()[0].toFixed(2)),
  };
}

export function renderMachine(machine) {
  const { cpu, cores, memoryGiB, node, libtorch, instructions, loadAverage } = machine;
  const versions = `Node ${node}, LibTorch ${libtorch} (${instructions})`;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; ${versions}; load average ${loadAverage}`;
}
