import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModuleSync, prune } from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { cli, json, printed } from './cli.js';

describe('prune', { timeout: 300_000 }, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'prune-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('sets weights to zero and says where', async () => {
    const output = path.join(folder, 'deep', 'mlp.pt');
    const text = await printed(['prune', fixture('mlp'), '-o', output, '--amount', '0.5']);
    expect(text).toMatch(/^Zeros {2}160 of 340, 47\.1 %$/m);
    expect(text).toMatch(/^ {2}fc1 +272 +\d+ +\d+\.\d %$/m);
    using model = loadModuleSync(output);
    expect(prune.sparsity(model).zeros).toBe(160);
    expect(prune.isPruned(model)).toBe(false);
  });

  it('cuts channels out, for phones too', async () => {
    const output = path.join(folder, 'resnet.ptl');
    const args = ['prune', fixture('resnet'), '-o', output, '--amount', '0.25', '--channels'];
    const found = await json<{ shrunk: { name: string; before: number; after: number }[] }>(args);
    expect(found.shrunk).toContainEqual({ name: 'layer1.conv1', before: 8, after: 6 });
    expect(loadModuleSync(output).format).toBe('lite');
    expect(await printed(args)).toMatch(/^ {2}layer1\.conv1 +8 → 6$/m);
  });

  it('takes layers by name, and refuses others', async () => {
    const output = path.join(folder, 'some.pt');
    const args = ['prune', fixture('mlp'), '-o', output, '--amount', '1', '--layers'];
    await printed([...args, 'fc2']);
    using model = loadModuleSync(output);
    expect(prune.sparsity(model).layers.map(({ zeros }) => zeros)).toEqual([0, 64]);
    const { code, stderr } = await cli([...args, 'fc3']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('ERR_NO_LAYER')]);
    const wrong = await cli(['prune', fixture('mlp'), '-o', output, '--amount', '2']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('from 0 to 1')]);
  });
});
