import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModuleSync, type ModuleComparison, ones } from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { model } from '../compare/models.js';
import { cli, printed } from './cli.js';

const few = ['-n', '3', '--warmup', '1'];

/** A file with the lite form of a fixture, with an input in it. */
async function liteOf(name: string, inputs: unknown[]): Promise<string> {
  const file = path.join(scratchFolder(), `${name}.ptl`);
  using loaded = loadModuleSync(fixture(name));
  await loaded.saveLite(file, { bundledInputs: [inputs as never] });
  return file;
}

describe('compare', () => {
  it('draws errors, sizes, latencies and memory, within 80 columns, and ends with 0', async () => {
    const lite = await liteOf('resnet', [ones([1, 3, 32, 32])]);
    const args = ['compare', fixture('resnet'), lite, '-i', 'random:2x3x32x32', ...few];
    const { code, stdout } = await cli([...args, '--samples', '2']);
    const text = stripVTControlCharacters(stdout);
    expect(code).toBe(0);
    expect(text).toMatch(/^resnet\.pt against resnet\.ptl {2}forward on cpu, \d+ threads?$/m);
    expect(text).toMatch(/^Errors {2}2 inputs, allowed: 1e-4 \+ 1e-5 × \|reference\|$/m);
    expect(text).toMatch(/^ {2}\(all\) +0 +0 +0 +1 +100 % +░{12}$/m);
    expect(text).toMatch(
      /^Size {2}on disk\n {2}resnet\.pt +5\d\.\d kB +█+.?\n {2}resnet\.ptl .*█{20} +× 1\./m,
    );
    expect(text).toMatch(
      /^Latency {2}median of 3 calls each, in turns\n.*[█-▏].* p95 .*\n.*[█-▏].*× .* p95 /m,
    );
    expect(text).toMatch(/^Peak memory {2}.*\n.*MB +█.*\n.*MB +█.*× /m);
    expect(text).toMatch(/✔ The models agree\.\n$/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('ends with 1 where the models do not agree, and says how', async () => {
    const folder = scratchFolder();
    const [a, b] = ['a.pt', 'b.pt'].map((name) => path.join(folder, name)) as [string, string];
    const returns = 'Dict[str, Tensor]';
    await model('return {"same": x, "scaled": x * self.w, "gone": x}', returns).save(a);
    await model('return {"same": x, "scaled": x * self.w}', returns, [1.5]).save(b);
    const args = ['compare', a, b, '-i', 'ones:4', ...few, '--no-memory', '--samples', '2'];
    const { code, stdout } = await cli(args);
    const text = stripVTControlCharacters(stdout);
    expect(code).toBe(1);
    expect(text).toMatch(/^ {2}\.same +0 +0 +0 +1 +░{12}$/m);
    expect(text).toMatch(/^ {2}\.scaled +5\.00e-1 +5\.00e-1 +5\.00e-1 +1 +█{12}$/m);
    expect(text).toMatch(/^ {2}structure +\.gone +float32 \[4\] +nothing$/m);
    expect(text).toMatch(
      /✘ The models do not agree on 2 of 2 inputs: 8 of 16 elements too far apart,/,
    );
    expect(text).not.toContain('Peak memory');
    const wide = await cli([...args, '--atol', '0.5', '--json']);
    expect(wide.code).toBe(1);
    const found = JSON.parse(wide.stdout) as ModuleComparison;
    expect(found).toMatchObject({ passed: false, errors: { allClose: true } });
    expect(found.differences).toMatchObject([{ kind: 'structure', output: '.gone', inputs: 2 }]);
  });

  it('takes the inputs that a model brings with it', async () => {
    const lite = await liteOf('mlp', [ones([7, 16])]);
    const args = ['compare', lite, fixture('mlp'), ...few, '--no-memory', '--json'];
    const { code, stdout } = await cli(args);
    expect(code).toBe(0);
    const found = JSON.parse(stdout) as ModuleComparison & { files: unknown };
    expect(found).toMatchObject({ passed: true, errors: { elements: 28 } });
    expect(found.files).toEqual({ reference: lite, other: fixture('mlp') });
  });

  it('gives the other model floating-point inputs of another dtype', async () => {
    const half = path.join(scratchFolder(), 'half.pt');
    using loaded = loadModuleSync(fixture('mlp'));
    await (await loaded.to('float16')).save(half);
    const args = ['compare', fixture('mlp'), half, '-i', 'random:1x16', '--atol', '0.1'];
    const text = await cli([...args, ...few, '--no-memory', '--other-dtype', 'float16']);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(
      /dtype +\(all\) +float32 \[1, 4\] +float16 \[1, 4\] +does not count/,
    );
    expect((await cli([...args, '--other-dtype', 'float16', '--check-dtype', ...few])).code).toBe(
      1,
    );
    const failed = await cli([...args, ...few]);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(
      /^error ERR_SCRIPT_FAILED: compareModules: other, inputs\[0\]: /m,
    );
  });

  describe('on a wrong command line', () => {
    let help: string;
    beforeAll(async () => {
      help = await printed(['compare', '--help']);
    });

    it('ends with 2', async () => {
      const mlp = fixture('mlp');
      expect((await cli(['compare', mlp])).code).toBe(2);
      expect((await cli(['compare', mlp, mlp, '--atol', 'x'])).code).toBe(2);
      const { code, stderr } = await cli(['compare', mlp, mlp]);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('forward needs --input for x: Tensor'),
      ]);
    });

    it('has help with examples', () => {
      expect(help).toMatch(/\$ libtorch-node compare resnet18\.pt resnet18\.ptl -i /);
    });
  });
});
