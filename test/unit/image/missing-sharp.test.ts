import { expect, it, vi } from 'vitest';
import { decodeImage, imageToTensor, tensorToImage } from '../../../src/image/image.js';
import { TorchError, zeros } from '../../../src/index.js';
import { inFixtures } from '../../fixtures/folder.js';
import { rejected } from '../caught.js';

vi.mock('sharp', () => {
  throw new Error("Cannot find package 'sharp'");
});

it('without sharp, files are refused with the way out, and pixels still become tensors', async () => {
  const photo = inFixtures('images', 'photo.jpg');
  for (const call of [() => decodeImage(photo), () => tensorToImage(zeros([3, 2, 2]))]) {
    const { error, code, message } = await rejected(call());
    expect([error instanceof TorchError, code]).toEqual([true, 'ERR_MISSING_SHARP']);
    expect(message).toContain('npm install sharp');
  }
  const raw = { data: new Uint8Array(12), width: 2, height: 2 };
  expect(imageToTensor(raw).shape).toEqual([1, 3, 2, 2]);
});
