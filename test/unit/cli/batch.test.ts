import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { cli, json, printed } from './cli.js';

interface Report {
  readonly timing: { readonly runs: number };
  readonly results: readonly { readonly file: string | null }[];
  readonly failures: readonly { readonly file: string; readonly message: string }[];
}

describe('run --batch', () => {
  it('runs each file of a folder or pattern, and writes each result', async () => {
    const folder = scratchFolder();
    const inputs = path.join(folder, 'in');
    mkdirSync(inputs);
    for (const name of ['b10', 'b9', 'a']) {
      const file = path.join(inputs, `${name}.npy`);
      await printed(['run', fixture('echo'), '-i', 'ones:1x16', '-o', file, '--top-k', '0']);
    }
    const out = path.join(folder, 'out');
    const all = ['run', fixture('mlp'), '--batch', inputs, '-o', out];
    const { results, timing } = await json<Report>(all);
    const names = results.map(({ file }) => path.basename(file ?? ''));
    expect(names).toEqual(['a.npy', 'b9.npy', 'b10.npy']);
    expect(timing.runs).toBe(3);
    expect(readdirSync(out).sort()).toEqual(['a.npy', 'b10.npy', 'b9.npy']);
    const some = await printed(['run', fixture('mlp'), '--batch', path.join(inputs, 'b*.npy')]);
    expect(some).toMatch(/^Results {2}2 files$/m);
    expect(readFileSync(path.join(out, 'a.npy')).subarray(1, 6).toString()).toBe('NUMPY');
  });

  it('keeps the results of the good files where one is bad, and ends with 1', async () => {
    const folder = scratchFolder();
    const good = path.join(folder, 'good.npy');
    await printed(['run', fixture('echo'), '-i', 'ones:1x16', '-o', good, '--top-k', '0']);
    writeFileSync(path.join(folder, 'bad.npy'), readFileSync(good).subarray(0, 100));
    const wrong = path.join(folder, 'wrong.npy');
    await printed(['run', fixture('echo'), '-i', 'ones:1x15', '-o', wrong, '--top-k', '0']);
    const { code, stdout, stderr } = await cli([
      'run',
      fixture('mlp'),
      '--batch',
      folder,
      '--json',
    ]);
    expect(code).toBe(1);
    const { results, failures } = JSON.parse(stdout) as Report;
    expect(results.map(({ file }) => file)).toEqual([good]);
    expect(failures.map(({ file }) => path.basename(file))).toEqual(['bad.npy', 'wrong.npy']);
    expect(stderr).toMatch(/bad\.npy.*cut off|takes \d+ bytes/);
    expect(stderr).toContain('ERR_SCRIPT_FAILED');
  });
});
