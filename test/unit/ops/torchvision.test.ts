import { describe, expect, it } from 'vitest';
import { autocast, jit, ones, ops, type Tensor, tensor, zeros } from '../../../src/index.js';
import { caught } from '../caught.js';

type Call = (...args: unknown[]) => unknown;
const vision = (name: string): Call =>
  (ops.torchvision as unknown as Record<string, unknown>)[name] as Call;
const code = (name: string, ...args: unknown[]): unknown =>
  caught(() => vision(name)(...args)).code;

const image = ones([1, 4, 6, 6]);
const roi = tensor([[0, 0, 0, 3, 3]]);

describe('torchvision’s operators', () => {
  it('are there for scripts', () => {
    const module = jit.compile(`
def forward(self, boxes: Tensor, scores: Tensor) -> Tensor:
    return torch.ops.torchvision.nms(boxes, scores, 0.5)
`);
    const boxes = tensor([
      [0, 0, 2, 2],
      [5, 5, 7, 7],
      [0, 0, 2, 2.1],
    ]);
    const kept = module.forwardSync(boxes, tensor([0.5, 0.1, 0.9])) as Tensor;
    expect(kept.toArray()).toEqual([2, 1]);
  });

  it('refuse places outside of the batch, and coordinates that are no numbers', () => {
    const align = (row: number[]): unknown =>
      code('roi_align', image, tensor([row]), 1, 2, 2, 2, false);
    expect(align([1, 0, 0, 3, 3])).toBe('ERR_INDEX');
    expect(align([-1, 0, 0, 3, 3])).toBe('ERR_INDEX');
    expect(align([Number.NaN, 0, 0, 3, 3])).toBe('ERR_INDEX');
    expect(align([0, 0, Number.NaN, 3, 3])).toBe('ERR_VALUE');
    expect(align([0, 0, 0, Number.POSITIVE_INFINITY, 3])).toBe('ERR_VALUE');
    expect(
      code('roi_align', image, tensor([[0, 0, 0, 2 ** 24, 2 ** 24]]), 2 ** 10, 1, 1, 0, false),
    ).toBe('ERR_VALUE');
  });

  it('refuse sizes and shapes that do not fit', () => {
    expect(code('roi_pool', image, roi, 1, 0, 2)).toBe('ERR_VALUE');
    expect(code('roi_pool', image, zeros([1, 4]), 1, 2, 2)).toBe('ERR_TORCH');
    expect(code('ps_roi_align', image, roi, 1, 3, 1, 2)).toBe('ERR_TORCH');
    expect(code('ps_roi_pool', image, roi, 1, 2 ** 40, 2 ** 40)).toBe('ERR_TORCH');
    expect(code('nms', zeros([2, 4]), zeros([3]), 0.5)).toBe('ERR_TORCH');
    expect(code('nms', zeros([2, 4]), zeros([2]).to('float64'), 0.5)).toBe('ERR_TYPE');
    expect(
      code('nms', zeros([2, 4], { dtype: 'int64' }), zeros([2], { dtype: 'int64' }), 0.5),
    ).toBe('ERR_TYPE');
    const deform = (...sizes: number[]): unknown =>
      code(
        'deform_conv2d',
        image,
        ones([2, 4, 3, 3]),
        zeros([1, 18, 4, 4]),
        zeros([1, 1]),
        zeros([2]),
        ...sizes,
        false,
      );
    expect(deform(0, 1, 0, 0, 1, 1, 1, 1)).toBe('ERR_VALUE');
    expect(deform(1, 1, -1, 0, 1, 1, 1, 1)).toBe('ERR_VALUE');
    expect(deform(1, 1, 0, 0, 9, 1, 1, 1)).toBe('ERR_TORCH');
    expect(deform(1, 1, 0, 0, 1, 1, 3, 1)).toBe('ERR_VALUE');
    expect(deform(1, 1, 0, 0, 1, 1, 1, 0)).toBe('ERR_VALUE');
    expect(deform(1, 1, 1, 1, 1, 1, 1, 1)).toBe('ERR_TORCH');
  });

  it('have no values without values', () => {
    const meta = (shape: number[]): Tensor => ops.aten.empty(shape, { device: 'meta' }) as Tensor;
    expect(code('nms', meta([2, 4]), meta([2]), 0.5)).toBe('ERR_NOT_IMPLEMENTED');
    expect(code('roi_align', meta([1, 4, 6, 6]), meta([1, 5]), 1, 2, 2, 2, false)).toBe(
      'ERR_NOT_IMPLEMENTED',
    );
  });

  it('take half precision, and float32 under autocast', () => {
    const half = vision('roi_align')(
      image.to('float16'),
      roi.to('float16'),
      1,
      2,
      2,
      2,
      false,
    ) as Tensor;
    expect([half.dtype, half.flatten().toArray()]).toEqual(['float16', Array(16).fill(1)]);
    const mixed = autocast({}, () =>
      vision('roi_align')(image.to('bfloat16'), roi, 1, 2, 2, 2, false),
    ) as Tensor;
    expect(mixed.dtype).toBe('bfloat16');
    expect(
      autocast({}, () => vision('nms')(roi.index([[0, 0]]).slice(1, 1), ones([2]), 0.5)),
    ).toMatchObject({
      shape: [1],
    });
  });

  it('say that they have no derivative', () => {
    const x = ones([1, 4, 6, 6], { requiresGrad: true });
    const y = vision('roi_align')(x, roi, 1, 2, 2, 2, false) as Tensor;
    const { message } = caught(() => y.sum().backward());
    expect(message).toContain('derivative for torchvision::roi_align is not implemented');
  });
});
