import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What an example prints, run as a person would from the root of the repository. */
async function output(...args: string[]): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
  expect(stderr).toBe('');
  return stdout;
}

describe('the examples run against the built package', () => {
  it('digits: shows an image, its probabilities, the accuracy and the time per call', async () => {
    const text = await output('examples/digits/classify.mjs', 'examples/digits/images/digit-7.png');
    expect(text).toMatch(/[▀▄█]{2}/);
    expect(text).toMatch(/> 7 +\d+\.\d %/);
    expect(text).toContain('364 test digits');
    for (const name of ['traced', 'scripted']) {
      const [, accuracy] =
        new RegExp(`${name} +(\\d+\\.\\d+) % +\\d+ µs +\\d+ µs`).exec(text) ?? [];
      expect(Number(accuracy), text).toBeGreaterThanOrEqual(98);
    }
  });

  it('fine-tune digits: the loss falls, and the saved module reads what it learned', async () => {
    const text = await output('examples/fine-tune-digits/fine-tune.mjs');
    expect(text).toMatch(/┤█+[▁▂▃▄▅▆▇ ]/);
    const levels = [...text.matchAll(/^ +(\d+\.\d\d) ┤(.*)$/gm)];
    expect(levels).toHaveLength(8);
    // The curve starts at the top line and ends on the lowest one.
    expect(levels[0]![2]).toMatch(/^█/);
    expect(levels[3]![2]!.slice(8).trim()).toBe('');
    const share = (name: string) => Number(new RegExp(`${name} +(\\d+\\.\\d) %`).exec(text)?.[1]);
    expect(share('before')).toBeLessThan(40);
    expect(share('after')).toBeGreaterThanOrEqual(85);
  });

  it('quantize-aware digits: 8 bits cost at most half a point, and a third of the file stays', async () => {
    const text = await output('examples/quantize-aware-digits/quantize-aware.mjs');
    const figures = (name: string) => {
      const line = new RegExp(`${name} +(\\d+\\.\\d+) % [█▉▊▋▌▍▎▏]+ +(\\d+) kB +\\d+ µs`).exec(
        text,
      );
      return [Number(line?.[1]), Number(line?.[2])] as const;
    };
    const [float, quantized] = [figures('float'), figures('8 bits')];
    expect(float[0], text).toBeGreaterThanOrEqual(98);
    expect(quantized[0], text).toBeGreaterThanOrEqual(float[0] - 0.5);
    expect(float[1] / quantized[1], text).toBeGreaterThan(2.5);
    const drop = Number(/accuracy drop: (-?\d+\.\d+) points/.exec(text)?.[1]);
    expect(drop).toBeCloseTo(float[0] - quantized[0], 1);
  });

  it('shrink digits: half of the channels, then 8 bits, cost a few points and most of the file goes', async () => {
    const text = await output('examples/shrink-digits/shrink.mjs');
    const figures = (name: string) => {
      const line = new RegExp(`${name} +(\\d+\\.\\d+) % [█▉▊▋▌▍▎▏]+ +(\\d+) kB +\\d+ µs`).exec(
        text,
      );
      return [Number(line?.[1]), Number(line?.[2])] as const;
    };
    expect(text).toMatch(/net\.blocks\.1\.conv: 32 channels, now 16/);
    expect(figures('float')[0], text).toBeGreaterThanOrEqual(95);
    expect(figures('half')[0], text).toBeGreaterThanOrEqual(90);
    expect(figures('8 bits')[0], text).toBeGreaterThanOrEqual(90);
    expect(figures('half')[1], text).toBeLessThan(figures('float')[1] / 1.5);
  });

  it('voice activity: draws the probability and prints the segments of speech', async () => {
    const text = await output('examples/voice-activity/detect.mjs');
    expect(text).toMatch(/[▁▂▃▄▅▆▇█]{5}/);
    const segments = [...text.matchAll(/speech from +(\d+\.\d\d) s to +(\d+\.\d\d) s/g)];
    expect(segments).toHaveLength(9);
    expect(segments[0]!.slice(1).map(Number)).toEqual([0, 0.51]);
    expect(segments[8]!.slice(1).map(Number)).toEqual([7.97, 8.51]);
  });

  it('pipeline: divides a model, and gives what it gives in one piece', async () => {
    const text = await output('examples/pipeline/pipeline.mjs', '6');
    expect(text).toMatch(/^> \S+ +\d+\.\d\d ms +\d+\.\d\d ms/m);
    for (const way of ['one piece', 'pipeline of two']) {
      expect(text).toMatch(new RegExp(`${way} +\\d+\\.\\d  █`));
    }
    expect(text).toContain('equal outputs: true');
  });

  it('mobile classifier: optimizes, saves, names what is on a photograph, and agrees', async () => {
    const text = await output('examples/mobile-classifier/classify.mjs');
    const share = /(\d+\.\d) % of 160 other photographs right/.exec(text)?.[1];
    expect(Number(share), text).toBeGreaterThanOrEqual(90);
    expect(text).toContain('prepacked::conv2d_clamp_run');
    expect(text).not.toMatch(/batch_norm|dropout/);
    const top = [...text.matchAll(/^ {2}[ >] (\w+) +(\d+\.\d) %/gm)];
    expect(top).toHaveLength(5);
    expect(text).toMatch(/^ {2}> star +\d+\.\d % █/m);
    const shares = top.map(([, , percent]) => Number(percent));
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    for (const name of ['desktop.pt', 'mobile.ptl']) {
      expect(text).toMatch(new RegExp(`${name} +\\d+ kB +\\d+ µs +(\\d+\\.\\d MB|-)`));
    }
    expect(text).toContain('passed: within 0.0001 of the desktop model');
  });

  it('mobile pipeline: divides a mobile model, and gives what it gives in one piece', async () => {
    const text = await output('examples/mobile-pipeline/pipeline.mjs', '6');
    const size = (name: string) => Number(new RegExp(`${name} +(\\d+\\.\\d) MB`).exec(text)?.[1]);
    expect(size('head') + size('tail')).toBeCloseTo(size('whole'), 0);
    for (const way of ['one piece', 'two workers']) {
      expect(text).toMatch(new RegExp(`${way} +\\d+\\.\\d  █`));
    }
    expect(text).toContain('equal outputs: true');
  });
});
