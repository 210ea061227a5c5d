import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { cli, json } from './cli.js';

interface Report {
  readonly results: readonly [
    {
      readonly outputs: readonly {
        readonly tensor: {
          readonly dtype: string;
          readonly shape: number[];
          readonly text: string;
        };
      }[];
    },
  ];
}

/** A PNG of 2 by 1: red, then white, half transparent. */
function png(): string {
  const image = new PNG({ width: 2, height: 1 });
  image.data.set([255, 0, 0, 255, 255, 255, 255, 128]);
  const file = path.join(scratchFolder(), 'two pixels.png');
  writeFileSync(file, PNG.sync.write(image));
  return file;
}

async function read(...args: string[]): Promise<{ dtype: string; shape: number[]; text: string }> {
  const { results } = await json<Report>(['run', fixture('echo'), ...args]);
  return results[0].outputs[0]!.tensor;
}

describe('an image as input', () => {
  it('is [1, channels, height, width] from 0 to 1, without transparency', async () => {
    expect(await read('-i', png())).toMatchObject({
      dtype: 'float32',
      shape: [1, 3, 1, 2],
      text: 'tensor([[[[1., 1.]],\n\n         [[0., 1.]],\n\n         [[0., 1.]]]])',
    });
  });

  it('keeps 0 to 255 as uint8, and has one channel when asked', async () => {
    const bytes = await read('-i', png(), '--dtype', 'uint8');
    expect(bytes.dtype).toBe('uint8');
    expect(bytes.text).toContain('255');
    expect((await read('-i', png(), '--gray')).shape).toEqual([1, 1, 1, 2]);
  });

  it('is scaled to a size and normalized by channel', async () => {
    expect((await read('-i', png(), '--size', '3x4')).shape).toEqual([1, 3, 3, 4]);
    const values = await read('-i', png(), '--mean', '0.5', '--std', '0.5');
    expect(values.text).toBe(
      'tensor([[[[ 1.,  1.]],\n\n         [[-1.,  1.]],\n\n         [[-1.,  1.]]]])',
    );
    const imagenet = await read('-i', png(), '--mean', 'imagenet');
    // (1 - 0.485) / 0.229, (0 - 0.456) / 0.224, (0 - 0.406) / 0.225
    expect(imagenet.text).toContain('2.2489');
    expect(imagenet.text).toContain('-2.0357');
    expect(imagenet.text).toContain('-1.8044');
    const wrong = await cli(['run', fixture('echo'), '-i', png(), '--mean', '1,2']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('has 2 values, the image has 3 channels');
  });

  it('goes without its batch dimension into a list of tensors', async () => {
    expect((await read('-m', 'list_tensor', '-i', png())).shape).toEqual([3, 1, 2]);
  });

  it('is refused with a reason where it is damaged', async () => {
    const file = path.join(scratchFolder(), 'broken.png');
    writeFileSync(file, '\x89PNG\r\n\x1a\n and then nothing', 'latin1');
    const outcome = await cli(['run', fixture('echo'), '-i', file]);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/broken\.png: the image cannot be read: /);
  });
});
