import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { enginesSection } from '../../../src/cli/doctor/engines.js';
import { report, summary } from '../../../src/cli/doctor/report.js';
import { containerCores } from '../../../src/cli/doctor/system.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { cli, json, printed, withoutLibTorch } from './cli.js';

interface Doctor {
  readonly healthy: boolean;
  readonly builtFor: string;
  readonly libtorch: { readonly version: string } | null;
  readonly backends: { readonly version: string; readonly devices: readonly string[] };
  readonly sections: readonly {
    readonly title: string;
    readonly findings: readonly { readonly about: string; readonly status: string }[];
  }[];
}

describe('doctor', () => {
  it('says that all is well, and what there is', async () => {
    const text = await printed(['doctor']);
    expect(text).toMatch(/✔ addon +built for LibTorch \d/);
    expect(text).toMatch(/✔ loading +LibTorch \d+\.\d+\.\d+ in /);
    for (const about of ['Node', 'cores', 'memory', 'zod', 'CPU', 'CUDA', 'quantized', 'threads']) {
      expect(text).toMatch(new RegExp(`^ {2}[✔·⚠] ${about} `, 'm'));
    }
    expect(text).toMatch(/(All is well|It works)/);
  });

  it('gives the same as data', async () => {
    const found = await json<Doctor>(['doctor']);
    expect(found.healthy).toBe(true);
    expect(found.libtorch?.version).toBe(found.builtFor);
    expect(found.backends.version).toBe(found.builtFor);
    expect(found.backends.devices).toContain('cpu');
    expect(found.sections.map(({ title }) => title)).toEqual(['System', 'LibTorch', 'Engines']);
  });

  it('explains a missing addon and a missing LibTorch, and ends with 1', async () => {
    const noAddon = await cli(['doctor'], { env: withoutLibTorch });
    expect(noAddon).toMatchObject({ code: 1, stderr: '' });
    expect(noAddon.stdout).toMatch(/✖ addon +not found\n +LIBTORCH_NODE_ADDON is/);
    expect(noAddon.stdout).toContain('libtorch-node does not work here yet');
    const noLibTorch = await cli(['doctor'], { env: { LIBTORCH: '/nonexistent' } });
    expect(noLibTorch).toMatchObject({ code: 1, stderr: '' });
    expect(noLibTorch.stdout).toMatch(/⚠ LIBTORCH +\/nonexistent has no lib\/libtorch_cpu\.so/);
    expect(noLibTorch.stdout).toContain('Ways to get one:');
    expect(noLibTorch.stdout).toMatch(/· loading +not tried/);
  });

  it('explains a LibTorch of another version and a damaged one', async () => {
    const folder = scratchFolder();
    const lib = path.join(folder, 'lib');
    mkdirSync(lib);
    writeFileSync(path.join(lib, 'libtorch_cpu.so'), '');
    writeFileSync(path.join(folder, 'build-version'), '2.5.1+cpu');
    const other = await cli(['doctor', '--json'], { env: { LIBTORCH: folder } });
    expect(other.code).toBe(1);
    expect(other.stdout).toContain(`${folder} is version 2.5.1`);
    const { builtFor } = JSON.parse(other.stdout) as Doctor;
    writeFileSync(path.join(folder, 'build-version'), builtFor);
    const damaged = await cli(['doctor'], { env: { LIBTORCH: folder } });
    expect(damaged).toMatchObject({ code: 1, stderr: '' });
    expect(damaged.stdout).toMatch(/✖ loading +ERR_LIBTORCH_LOAD: /);
    expect(damaged.stdout).toContain('too short');
  });

  it('warns of more threads than cores', async () => {
    const text = await printed(['doctor'], { env: { OMP_NUM_THREADS: '500' } });
    expect(text).toMatch(/⚠ threads .*with 500 each/);
    expect(text).toContain('OMP_NUM_THREADS=500');
    expect(text).toMatch(/^It works, with \d warnings?\.$/m);
  });
});

describe('what the doctor finds out', () => {
  it('reads the cores of a container by either version of control groups', () => {
    const files = (text: Record<string, string>) => (name: string) => text[name] ?? null;
    expect(containerCores(files({ '/sys/fs/cgroup/cpu.max': '150000 100000' }))).toBe(1.5);
    expect(containerCores(files({ '/sys/fs/cgroup/cpu.max': 'max 100000' }))).toBeNull();
    const first = '/sys/fs/cgroup/cpu/cpu.cfs';
    const limit = { [`${first}_quota_us`]: '400000', [`${first}_period_us`]: '100000' };
    expect(containerCores(files(limit))).toBe(4);
    expect(containerCores(files({ ...limit, [`${first}_quota_us`]: '-1' }))).toBeNull();
    expect(containerCores(files({}))).toBeNull();
  });

  it('tells of a process that LibTorch ended', () => {
    const section = enginesSection({ code: null, problem: 'the process ended by SIGILL' });
    expect(report(section).join('\n')).toContain('✖ loading         the process ended by SIGILL');
    expect(summary([section]).healthy).toBe(false);
  });
});
