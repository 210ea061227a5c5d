import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { RATE, readRecordings, WINDOW, windows } from '../../examples/voice-activity/audio.mjs';
import { prepare } from '../../examples/voice-activity/setup.mjs';
import { fromBuffer, loadModule, type Tensor } from '../../src/index.js';

interface Golden {
  readonly samples: { readonly length: number; readonly sha256: string };
  readonly model: string;
  readonly probabilities: readonly number[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../examples/voice-activity/golden.json', import.meta.url), 'utf8'),
);
const sha256 = (data: NodeJS.ArrayBufferView): string =>
  createHash('sha256').update(data).digest('hex');

describe('the voice activity model of silero-vad', () => {
  let path: string;
  let samples: Float32Array<ArrayBuffer>;

  const window = (i: number): Tensor =>
    fromBuffer(samples.subarray(i * WINDOW, (i + 1) * WINDOW), { shape: [1, WINDOW] });
  const worst = (answers: ArrayLike<number>): number =>
    Math.max(...golden.probabilities.map((expected, i) => Math.abs(expected - answers[i]!)));

  beforeAll(async () => {
    const files = await prepare();
    path = files.model;
    samples = windows(readRecordings(files.recordings)).samples;
  });

  it('is given the model and the samples that Python was given', () => {
    expect(sha256(readFileSync(path))).toBe(golden.model);
    expect(sha256(samples)).toBe(golden.samples.sha256);
    expect(samples.length / WINDOW).toBe(golden.probabilities.length);
  });

  it("answers every window with Python's probability to 1e-5, asynchronously", async () => {
    const model = await loadModule(path);
    await model.run('reset_states', []);
    const answers: number[] = [];
    for (let i = 0; i < golden.probabilities.length; i++) {
      const probability = await model.forward(window(i), RATE);
      answers.push(Number(probability.item()));
    }
    expect(worst(answers)).toBeLessThanOrEqual(1e-5);
    model.dispose();
  });

  it('answers the same synchronously, and again after its state is reset', async () => {
    const model = await loadModule(path);
    for (let round = 0; round < 2; round++) {
      model.runSync('reset_states', []);
      const answers = golden.probabilities.map((_, i) =>
        Number(model.forwardSync(window(i), RATE).item()),
      );
      expect(worst(answers)).toBeLessThanOrEqual(1e-5);
    }
    model.dispose();
  });

  it('answers the same when every window is sent off at once, for its runs queue', async () => {
    const model = await loadModule(path);
    await model.run('reset_states', []);
    const runs = golden.probabilities.map((_, i) => model.forward(window(i), RATE));
    const answers = (await Promise.all(runs)).map((probability) => Number(probability.item()));
    expect(worst(answers)).toBeLessThanOrEqual(1e-5);
    model.dispose();
  });

  it("answers the whole recording in one call of the model's own audio_forward", async () => {
    const model = await loadModule(path);
    const audio = fromBuffer(samples, { shape: [1, samples.length] });
    const answers = await model.run('audio_forward', [audio, RATE]);
    expect(answers.shape).toEqual([1, golden.probabilities.length]);
    expect(worst(answers.toTypedArray() as Float32Array)).toBeLessThanOrEqual(1e-5);
    model.dispose();
  });

  it('says what it wants when a window has the wrong length', async () => {
    const model = await loadModule(path);
    const long = fromBuffer(samples.subarray(0, 600), { shape: [1, 600] });
    await expect(model.forward(long, RATE)).rejects.toThrow(/Provided number of samples is 600/);
    const short = fromBuffer(samples.subarray(0, 100), { shape: [1, 100] });
    await expect(model.forward(short, RATE)).rejects.toThrow('Input audio chunk is too short');
    model.dispose();
  });
});
