import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTestSplit } from '../../../examples/digits/images.mjs';
import type { Findings } from '../../../src/cli/quantize/findings.js';
import {
  fromBuffer,
  jit,
  loadModule,
  loadModuleSync,
  ones,
  randn,
  save,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { fragileModel, ownAnswers } from '../quantization/fragile.js';
import { cli, json, printed } from './cli.js';
import { wellFormed } from './well-formed.js';

const traced = fileURLToPath(new URL('../../../examples/digits/digits-traced.pt', import.meta.url));
const quick = ['-n', '3', '--no-memory'];
const split = readTestSplit();

/** A folder with one of images for each digit, as many of each. */
function imageFolder(folder: string, most: number): string {
  for (const [at, label] of split.labels.entries()) {
    if (at >= most) break;
    const image = new PNG({ width: 8, height: 8 });
    for (let place = 0; place < 64; place++) {
      const grey = split.pixels[at * 64 + place]!;
      image.data.set([grey, grey, grey, 255], place * 4);
    }
    mkdirSync(path.join(folder, String(label)), { recursive: true });
    writeFileSync(path.join(folder, String(label), `${at}.png`), PNG.sync.write(image));
  }
  return folder;
}

/** The digits as tensors, in a file. */
async function tensorFile(folder: string): Promise<string> {
  const file = path.join(folder, 'digits.pt');
  const pixels = Float32Array.from(split.pixels, (byte) => byte / 255);
  const inputs = fromBuffer(pixels, { shape: [split.count, 1, 8, 8] });
  await save({ inputs, targets: tensor(split.labels) }, file);
  return file;
}

describe('quantize', { timeout: 300_000 }, () => {
  it('calibrates on images, evaluates by folders, draws a report', async () => {
    const folder = scratchFolder();
    const images = imageFolder(path.join(folder, 'test'), 120);
    const output = path.join(folder, 'out', 'digits.int8.ptl');
    const report = path.join(folder, 'report.html');
    const text = await printed([
      ...['quantize', traced, '-o', output, '--calibrate', path.join(images, '3')],
      ...['--size', '8', '--evaluate', images, '--max-accuracy-drop', '0.02'],
      ...['--report', report, '-n', '5'],
    ]);
    expect(text).toMatch(
      /^digits-traced\.pt → digits\.int8\.ptl {2}static, \w+, calibrated on \d+/,
    );
    expect(text).toMatch(/^Layers {2}4 quantized, 0 left as they were$/m);
    expect(text).toMatch(/^ {2}fc +linear +qint8 +\d\d\.\d dB$/m);
    expect(text).toMatch(/^ {2}accuracy {2}\S+ → \S+: .* lost, 0\.02 allowed, over 120 samples$/m);
    expect(text).toMatch(/^ {2}digits\.int8\.ptl +\d\d\.\d kB +█.* × 0\.\d\d$/m);
    expect(text).toMatch(/^Peak memory/m);
    expect(text).toContain(`wrote ${output}`);
    expect(text).toContain(`wrote ${report}`);
    const page = wellFormed(readFileSync(report, 'utf8'));
    expect(page.elements.svg).toBe(9);
    expect(page.text).toMatch(/Error by layer .* blocks\.0\.conv.* dB, accuracy /);
    using lite = await loadModule(output, { format: 'lite' });
    const x = fromBuffer(new Float32Array(64), { shape: [1, 1, 8, 8] });
    expect((await lite.forward(x)).shape).toEqual([1, 10]);
  });

  it('prints all it found as JSON, from tensors of a file', async () => {
    const folder = scratchFolder();
    const file = await tensorFile(folder);
    const output = path.join(folder, 'digits.pt.int8.pt');
    const args = ['quantize', traced, '-o', output, '--calibrate', file, '--evaluate', file];
    const found = await json<Findings>([...args, ...quick, '--batch-size', '64']);
    expect(found.how).toMatchObject({ method: 'static', calibration: 6 });
    expect(found.quantized).toHaveLength(4);
    expect(found.comparison.accuracy).toMatchObject({ metric: 'accuracy', samples: 364 });
    expect(found.comparison.accuracy!.reference).toBeCloseTo(split.accuracy, 1);
    expect(Math.abs(found.comparison.accuracy!.drop)).toBeLessThan(0.01);
    expect(found.comparison.other.sizeBytes).toBeLessThan(
      found.comparison.reference.sizeBytes! / 3,
    );
    expect(found.sensitivity).toBeNull();
    expect(found.weights.map(({ name, elements }) => [name, elements])).toEqual([
      ['blocks.0.conv', 144],
      ['blocks.1.conv', 4608],
      ['blocks.2.conv', 9216],
      ['fc', 1280],
    ]);
    for (const { counts, elements } of found.weights) {
      expect(counts.reduce((sum, one) => sum + one, 0)).toBe(elements);
    }
  });

  it.each([
    ['dynamic', [], ['qint8', 'qint8']],
    ['weights', [], ['int8', 'int8']],
    ['weights', ['--bits', '4'], ['int4', 'int4']],
    ['float16', ['--engine', 'fbgemm'], ['float16', 'float16']],
  ] as const)('quantizes by %s %j', async (method, more, dtypes) => {
    const output = path.join(scratchFolder(), 'mlp.pt');
    const args = ['quantize', fixture('mlp'), '-o', output, '--method', method, ...more];
    const found = await json<Findings>([...args, '-i', 'random:4x16', ...quick]);
    expect(found.quantized.map(({ dtype }) => dtype)).toEqual(dtypes);
    expect(found.how).toMatchObject({ method, calibration: null });
    expect(found.comparison.errors.sqnr).toBeGreaterThan(10);
  });

  it('reads arguments by their names, as many rows at a time', async () => {
    const folder = scratchFolder();
    const [source, output, data] = ['two.pt', 'out.pt', 'data.safetensors'].map((name) => {
      return path.join(folder, name);
    }) as [string, string, string];
    using two = jit.compile(
      'def forward(self, x: Tensor, mask: Tensor) -> Tensor:\n' +
        '    return F.linear(x * mask, self.weight)',
      { parameters: { weight: randn([4, 8]) } },
    );
    await two.save(source);
    await save({ x: randn([10, 8]), mask: ones([10, 8]), targets: zeros([10, 4]) }, data);
    const args = ['quantize', source, '-o', output, '--calibrate', data, '--evaluate', data];
    const more = ['--batch-size', '4', '--metric', 'mse', '--samples', '2', ...quick];
    const found = await json<Findings>([...args, ...more]);
    expect(found.how.calibration).toBe(3);
    expect(found.comparison.inputs).toHaveLength(2);
    expect(found.comparison.accuracy).toMatchObject({ samples: 10, higherIsBetter: false });
  });

  it('keeps files of the archive and inputs that it brings with it', async () => {
    const folder = scratchFolder();
    const [source, output] = ['a.pt', 'b.ptl'].map((name) => path.join(folder, name));
    using mlp = loadModuleSync(fixture('mlp'));
    await mlp.save(source!, { extraFiles: { 'labels.txt': 'a, b' } });
    const args = ['quantize', source!, '-o', output!, '--layers', 'fc1', '-i', 'random:1x16'];
    const text = await printed([...args, ...quick]);
    expect(text).toMatch(/^ {2}fc2 +linear +float +it was not selected$/m);
    using lite = await loadModule(output!, { format: 'lite', extraFiles: ['labels.txt'] });
    expect(lite.extraFiles['labels.txt']!.toString()).toBe('a, b');
  });

  describe('with a layer that does not survive', () => {
    let folder: string;
    let source: string;
    let data: string;
    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
      source = path.join(folder, 'fragile.pt');
      data = path.join(folder, 'data.pt');
      using model = fragileModel();
      const [batch] = ownAnswers(model, 1);
      const [inputs, targets] = batch as readonly [Tensor, Tensor];
      await model.save(source);
      await save({ inputs, targets }, data);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('writes nothing where more is lost than allowed, and ends with 1', async () => {
      const output = path.join(path.dirname(source), 'refused.pt');
      const args = ['quantize', source, '-o', output, '--evaluate', data];
      const { code, stdout, stderr } = await cli([
        ...args,
        '--max-accuracy-drop',
        '0.05',
        ...quick,
      ]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        /^error ERR_ACCURACY_DROP: quantizeDynamic: accuracy goes from 1 to 0\./m,
      );
      expect(stderr).toMatch(/--keep-float/);
      expect(existsSync(output)).toBe(false);
    });

    it('leaves it in float when asked to', async () => {
      const output = path.join(path.dirname(source), 'kept.pt');
      const args = ['quantize', source, '-o', output, '--evaluate', data, '--keep-float'];
      const found = await json<Findings>([...args, '--max-accuracy-drop', '0.1', ...quick]);
      expect(found.quantized.map(({ name }) => name)).toEqual(['first', 'last']);
      expect(found.skipped[0]!.reason).toMatch(/^it stays in float for maxAccuracyDrop/);
      expect(found.comparison.accuracy!.drop).toBeLessThanOrEqual(0.1);
    });
  });

  it('says so where nothing could be quantized', async () => {
    const output = path.join(scratchFolder(), 'out.pt');
    const report = `${output}.html`;
    const args = ['quantize', traced, '-o', output, '--layers', 'blocks', '--report', report];
    const { code, stdout, stderr } = await cli([...args, '-i', 'random:1x1x8x8', ...quick]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('warning: no layer was quantized')]);
    expect(stdout).toMatch(/^Layers {2}0 quantized, 4 left as they were$/m);
    expect(wellFormed(readFileSync(report, 'utf8')).text).not.toContain('Error by layer');
  });

  it('ends with 2 for a wrong command line, and says what to give', async () => {
    const output = path.join(scratchFolder(), 'out.pt');
    const wrong = async (...args: string[]) => {
      const { code, stderr } = await cli(['quantize', ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    const mlp = fixture('mlp');
    expect(await wrong(mlp)).toContain("required option '-o, --output <file>'");
    expect(await wrong(mlp, '-o', output)).toContain('forward needs --input for x: Tensor');
    expect(await wrong(mlp, '-o', output, '--method', 'x')).toContain('Allowed choices are static');
    expect(await wrong(mlp, '-o', output, '--method', 'static')).toContain('needs --calibrate');
    expect(await wrong(mlp, '-o', output, '--max-accuracy-drop', '1')).toContain('--evaluate');
    expect(await wrong(mlp, '-o', output, '--calibrate', '/no')).toContain('--calibrate /no: no');
    expect(await wrong(mlp, '-o', output, '--evaluate', '/no')).toContain('--evaluate /no: no');
    const images = imageFolder(scratchFolder(), 1);
    expect(
      await wrong(traced, '-o', output, '--calibrate', path.join(images, String(split.labels[0]))),
    ).toContain('--size: the model does not say');
    expect(existsSync(output)).toBe(false);
  });

  it('has help with examples', async () => {
    expect(await printed(['quantize', '--help'])).toMatch(
      /\$ libtorch-node quantize resnet\.pt -o resnet\.int8\.ptl --calibrate photos\//,
    );
  });
});
