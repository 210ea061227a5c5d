import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { arange, empty, tensor, zeros } from '../../../src/index.js';
import { native } from '../../../src/native/addon.js';
import { quantized } from '../../fixtures/quantized.js';

// Expected texts are what Python's str(tensor) gives with torch 2.13.
describe('toString', () => {
  it.each([
    [
      () =>
        tensor([
          [1, 2],
          [3, 4],
        ]),
      'tensor([[1., 2.],\n        [3., 4.]])',
    ],
    [() => tensor([1, 2], { dtype: 'int32' }), 'tensor([1, 2], dtype=torch.int32)'],
    [() => zeros([2, 0]), 'tensor([], size=(2, 0))'],
    [() => zeros([0]), 'tensor([])'],
    [() => zeros([0], { dtype: 'int64' }), 'tensor([], dtype=torch.int64)'],
    [() => tensor(true), 'tensor(True)'],
    [
      () => tensor([1.5, -2.25], { dtype: 'float16' }),
      'tensor([ 1.5000, -2.2500], dtype=torch.float16)',
    ],
    [() => tensor([1.5], { dtype: 'bfloat16' }), 'tensor([1.5000], dtype=torch.bfloat16)'],
    [
      () => tensor([2n ** 63n - 1n, -(2n ** 63n)]),
      'tensor([ 9223372036854775807, -9223372036854775808])',
    ],
    [() => tensor([{ re: 1, im: 2 }]), 'tensor([1.+2.j])'],
    [() => tensor([1], { dtype: 'float64' }), 'tensor([1.], dtype=torch.float64)'],
    [() => empty([2, 3], { device: 'meta' }), "tensor(..., device='meta', size=(2, 3))"],
    [
      () => empty([3], { device: 'meta', dtype: 'int64' }),
      "tensor(..., device='meta', size=(3,), dtype=torch.int64)",
    ],
    [
      () => arange(6).reshape(2, 3).transpose(0, 1),
      'tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])',
    ],
    [() => arange(2000n), 'tensor([   0,    1,    2,  ..., 1997, 1998, 1999])'],
    [
      () => arange(1200).reshape(3, 400),
      'tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 3.9700e+02, 3.9800e+02,\n' +
        '         3.9900e+02],\n' +
        '        [4.0000e+02, 4.0100e+02, 4.0200e+02,  ..., 7.9700e+02, 7.9800e+02,\n' +
        '         7.9900e+02],\n' +
        '        [8.0000e+02, 8.0100e+02, 8.0200e+02,  ..., 1.1970e+03, 1.1980e+03,\n' +
        '         1.1990e+03]])',
    ],
    [
      () => quantized([0, 0.5, 1]),
      'tensor([0.0000, 0.5000, 1.0000], size=(3,), dtype=torch.quint8,\n' +
        '       quantization_scheme=torch.per_tensor_affine, scale=0.1, zero_point=10)',
    ],
  ])('prints %s', (make, text) => {
    expect(String(make())).toBe(text);
  });

  it('prints tensors quantized per channel', () => {
    const quantize = native.ops.bind('aten::quantize_per_channel');
    const scales = tensor([0.1, 0.2], { dtype: 'float64' });
    const t = quantize(
      tensor([
        [1, 1],
        [1, 1],
      ]),
      scales,
      tensor([0n, 1n]),
      0,
      'qint8',
    );
    expect(String(t)).toBe(
      'tensor([[1., 1.],\n        [1., 1.]], size=(2, 2), dtype=torch.qint8,\n' +
        '       quantization_scheme=torch.per_channel_affine,\n' +
        '       scale=tensor([0.1000, 0.2000], dtype=torch.float64),\n' +
        '       zero_point=tensor([0, 1]), axis=0)',
    );
  });

  it('says that a tensor requires grad', () => {
    const t = native.ops.bind('aten::requires_grad_')(tensor([1]));
    expect(String(t)).toBe('tensor([1.], requires_grad=True)');
  });

  it('prints a disposed tensor without throwing', () => {
    const t = tensor([1]);
    t.dispose();
    expect(String(t)).toBe('tensor(<disposed>)');
    expect(inspect(t)).toBe('tensor(<disposed>)');
  });

  it('is what console.log shows', () => {
    expect(inspect(tensor([1, 2]))).toBe('tensor([1., 2.])');
    expect(inspect({ t: tensor(1) })).toBe('{ t: tensor(1.) }');
  });
});
