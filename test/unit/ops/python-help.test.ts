import { describe, expect, expectTypeOf, it } from 'vitest';
import * as torch from '../../../src/index.js';
import { type Tensor, tensor, zeros } from '../../../src/index.js';
import { caught } from '../caught.js';

const { nn } = torch;
const x = tensor([3, 1, 3]);

describe('functions that need Python in PyTorch', () => {
  it('have types that follow their options', () => {
    expectTypeOf(torch.unique(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(x.unique({ returnCounts: true })).toExtend<readonly [Tensor, Tensor]>();
    expectTypeOf(torch.nonzero(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(torch.nonzero(x, { asTuple: true })).toEqualTypeOf<Tensor[]>();
    const pooled = nn.functional.maxPool1d(zeros([1, 4]), 2, { returnIndices: true });
    expectTypeOf(pooled).toExtend<readonly [Tensor, Tensor]>();
    expect(pooled.map(({ dtype }) => dtype)).toEqual(['float32', 'int64']);
  });

  it('give as many results as asked for', () => {
    expect(torch.unique(x).toArray()).toEqual([1, 3]);
    const [values, inverse, counts] = torch.unique(x, { returnInverse: true, returnCounts: true });
    expect([values, inverse, counts].map((t) => t.toArray())).toEqual([
      [1, 3],
      [1, 0, 1],
      [1, 2],
    ]);
    expect(x.uniqueConsecutive().toArray()).toEqual([3, 1, 3]);
  });

  it('take tensors one by one or in an array', () => {
    const a = torch.ones([2, 3]);
    const b = torch.ones([3, 4]);
    expect(torch.einsum('ij,jk->ik', a, b).equal(torch.einsum('ij,jk->ik', [a, b]))).toBe(true);
    expect(torch.meshgrid(x, x).map(({ shape }) => shape)).toEqual([
      [3, 3],
      [3, 3],
    ]);
    expect(torch.meshgrid([x, zeros([2])], { indexing: 'xy' })[0]?.shape).toEqual([2, 3]);
    expect(torch.atleast2d(x).shape).toEqual([1, 3]);
    expect(torch.atleast2d(x, a).map(({ shape }) => shape)).toEqual([
      [1, 3],
      [2, 3],
    ]);
    expect(torch.broadcastTensors([zeros([1]), a])[0]?.shape).toEqual([2, 3]);
  });

  it('refuse options that they do not have', () => {
    for (const call of [
      () => torch.unique(x, { sort: true } as never),
      () => torch.norm(x, { axis: 0 } as never),
      () => torch.stft(x, 2, { hop: 1 } as never),
      () => nn.functional.relu(x, { inPlace: true } as never),
      () => nn.functional.crossEntropy(x, x, { reduce: true } as never),
      () => nn.functional.interpolate(x, { factor: 2 } as never),
    ]) {
      expect(caught(call).code).toBe('ERR_UNKNOWN_ARGUMENT');
    }
  });

  it('refuse values that make no sense', () => {
    const image = zeros([1, 1, 4, 4]);
    const codes = [
      () => torch.einsum(5 as never, x),
      () => torch.broadcastShapes([2], [3]),
      () => torch.tensordot(x, x, 5),
      () => torch.cdist(x, x, { computeMode: 'fast' as never }),
      () => torch.unravelIndex(x, [2]),
      () => nn.functional.dropout(x, 2),
      () => nn.functional.mseLoss(x, x, { reduction: 'median' as never }),
      () => nn.functional.interpolate(image, {}),
      () => nn.functional.interpolate(image, { size: 2, mode: 'linear' }),
      () => nn.functional.binaryCrossEntropy(x, zeros([2])),
      () => nn.functional.embedding(tensor([0n]), image, { paddingIdx: 5 }),
      () => nn.functional.hardtanh(x, { minVal: 2, maxVal: 1 }),
      () => nn.functional.batchNorm(zeros([1, 3]), null, null, { training: true }),
    ].map((call) => caught(call).code);
    expect(codes).toEqual([
      'ERR_INVALID_ARG_TYPE',
      'ERR_SHAPE_MISMATCH',
      'ERR_OUT_OF_RANGE',
      'ERR_INVALID_ARG_VALUE',
      'ERR_INVALID_ARG_TYPE',
      'ERR_OUT_OF_RANGE',
      'ERR_INVALID_ARG_VALUE',
      'ERR_INVALID_ARG_VALUE',
      'ERR_INVALID_ARG_VALUE',
      'ERR_SHAPE_MISMATCH',
      'ERR_OUT_OF_RANGE',
      'ERR_OUT_OF_RANGE',
      'ERR_VALUE',
    ]);
  });

  it('leave no tensors behind', () => {
    const image = torch.rand([2, 3, 8, 8]);
    const weights = torch.rand([12, 4]);
    const q = torch.rand([5, 1, 4]);
    const before = torch.memoryUsage().tensors;
    nn.functional.localResponseNorm(image, 2).dispose();
    nn.functional.normalize(image).dispose();
    nn.functional.gaussianNllLoss(image, image, 1, { full: true }).dispose();
    nn.functional.lpPool2d(image, 2, 2).dispose();
    nn.functional.adaptiveMaxPool2d(image, 2).dispose();
    nn.functional.gumbelSoftmax(image, { hard: true }).dispose();
    const { multiHeadAttentionForward: attend } = nn.functional;
    const eye = torch.eye(4);
    const made = attend(q, q, q, 4, 2, weights, null, null, null, false, 0, eye, null);
    for (const tensor of made) tensor?.dispose();
    eye.dispose();
    image.index([0, torch.slice(2), '...']).dispose();
    torch.unique(image).dispose();
    expect(torch.memoryUsage().tensors).toBe(before);
  });
});
