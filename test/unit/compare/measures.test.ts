import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { latencyOf, measureTogether } from '../../../src/compare/latency.js';
import { type MemoryTask, measurePeak } from '../../../src/compare/memory.js';
import {
  compareModules,
  jit,
  loadModule,
  moduleFromShared,
  ones,
  randn,
  save,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { rejected } from '../caught.js';

/** A task for `forward` of a file, with ones of that shape. */
async function task(
  file: string,
  shape: number[],
  more?: Partial<MemoryTask>,
): Promise<MemoryTask> {
  const inputs = path.join(scratchFolder(), 'inputs.pt');
  await save([ones(shape)], inputs);
  return { file, inputs, method: 'forward', load: {}, threads: 1, ...more };
}

describe('latency', () => {
  it('has a median, and a 95th percentile by the nearest rank', () => {
    expect(latencyOf([4, 1, 3, 2])).toEqual({ runs: 4, median: 2.5, p95: 4, mean: 2.5, min: 1 });
    expect(latencyOf(Array.from({ length: 100 }, (_, at) => at + 1)).p95).toBe(95);
    expect(latencyOf([7])).toEqual({ runs: 1, median: 7, p95: 7, mean: 7, min: 7 });
  });

  it('is measured in turns, each round from the other end, after a warm-up', async () => {
    const order: string[] = [];
    let disposed = 0;
    const call = (name: string) => async () => {
      order.push(name);
      return { [Symbol.dispose]: () => disposed++ };
    };
    const steps: number[] = [];
    const found = await measureTogether([call('a'), call('b')], {
      warmup: 1,
      iterations: 3,
      step: () => steps.push(order.length),
    });
    expect(order.join('')).toBe('ababbaab');
    expect(steps).toEqual([4, 6, 8]);
    expect(disposed).toBe(8);
    expect(found.map(({ runs }) => runs)).toEqual([3, 3]);
  });
});

describe('peak memory', () => {
  it('is that of the weights and of what a run makes', async () => {
    const file = path.join(scratchFolder(), 'big.pt');
    const source = `def forward(self, x: Tensor) -> Tensor:\n    return (x @ self.w).sum(1)\n`;
    const module = jit.compile(source, { parameters: { w: randn([1000, 4000]) } });
    await module.save(file);
    const few = await measurePeak(await task(file, [1, 1000]));
    expect(few).toBeGreaterThan(15e6);
    expect(few).toBeLessThan(26e6);
    const many = await measurePeak(await task(file, [2000, 1000]));
    expect(many - few).toBeGreaterThan(30e6);
  });

  it('fails as the module does, with its code', async () => {
    const raised = await rejected(measurePeak(await task(fixture('raises'), [1])));
    expect(raised.code).toBe('ERR_SCRIPT_RAISED');
    const missing = await rejected(measurePeak(await task('no-such.pt', [1])));
    expect([missing.name, missing.code]).toEqual(['LoadError', 'ERR_FILE_NOT_FOUND']);
    const method = await task(fixture('mlp'), [1, 16], { method: 'other' });
    expect((await rejected(measurePeak(method))).code).toBe('ERR_NO_METHOD');
  });

  it('ends with its signal', async () => {
    const abort = new AbortController();
    const running = measurePeak(await task(fixture('slow'), [1]), abort.signal);
    abort.abort(new Error('enough'));
    expect((await rejected(running)).message).toBe('enough');
  });
});

describe('figures of a comparison', () => {
  it('are there for files: sizes, latencies, memory, and no files are left', async () => {
    const temporary = scratchFolder();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    using scripted = await loadModule(fixture('mlp'));
    const file = path.join(scratchFolder(), 'mlp.ptl');
    await scripted.saveLite(file);
    const found = await compareModules(scripted, file, [ones([1, 16])], { iterations: 5 });
    for (const one of [found.reference, found.other]) {
      expect(one.sizeBytes).toBeGreaterThan(1000);
      expect(one.latency).toMatchObject({ runs: 5 });
      expect(one.peakMemoryBytes).toBeGreaterThan(0);
      expect(one.peakMemoryBytes).toBeLessThan(20e6);
      expect(one.notMeasured).toEqual({});
    }
    const { reference, other, speedUp } = found;
    expect(speedUp).toBe(reference.latency!.median / other.latency!.median);
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(temporary).filter((name) => name.includes('compare'))).toEqual([]);
  });

  it('of a lite module are those of the file it was loaded from', async () => {
    using scripted = await loadModule(fixture('mlp'));
    const file = path.join(scratchFolder(), 'mlp.ptl');
    await scripted.saveLite(file);
    using lite = await loadModule(file, { format: 'lite' });
    const given = [ones([1, 16])];
    const { other } = await compareModules(scripted, lite, given, { iterations: 0 });
    expect(other.sizeBytes).toBe(statSync(file).size);
    expect(other.peakMemoryBytes).toBeGreaterThan(0);
    rmSync(file);
    const gone = await compareModules(scripted, lite, given, { iterations: 0 });
    expect(gone.other).toMatchObject({ sizeBytes: null, peakMemoryBytes: null });
    expect(gone.other.notMeasured.size).toMatch(/^ENOENT: /);
  });

  it('are null with a reason where they cannot be had, and without one where nobody asked', async () => {
    using scripted = await loadModule(fixture('mlp'));
    using lite = await loadModule(await scripted.toLiteBytes(), { format: 'lite' });
    const given = [ones([1, 16])];
    const found = await compareModules(scripted, lite, given, { iterations: 0 });
    const reason = "a module of format 'lite' cannot be saved: give its path instead";
    expect(found.other).toMatchObject({ peakMemoryBytes: null, latency: null });
    expect(found.other.notMeasured).toEqual({ memory: reason });
    expect(found.other.sizeBytes).toBeGreaterThan(1000);
    using shared = moduleFromShared(lite.share());
    const other = (await compareModules(scripted, shared, given, { iterations: 0 })).other;
    expect(other).toMatchObject({ sizeBytes: null, notMeasured: { size: reason, memory: reason } });
    const asked = await compareModules(scripted, scripted, given, { iterations: 0, memory: false });
    expect(asked.reference).toMatchObject({ peakMemoryBytes: null, notMeasured: {} });
    expect(asked.speedUp).toBeNull();
  });
});
