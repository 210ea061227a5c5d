import { describe, expect, expectTypeOf, it } from 'vitest';
import { cuda, type Tensor, tensor } from '../../../src/index.js';
import { operator } from '../../../src/tensor/operators.js';
import { quantized } from '../../fixtures/quantized.js';
import { caught } from '../caught.js';

describe('dequantize and intRepr', () => {
  it('give the numbers and the integers of a quantized tensor', () => {
    const q = quantized([0.5, -1]);
    expect(q.intRepr().toArray()).toEqual([15, 0]);
    expect(q.dequantize().toArray()).toEqual([0.5, -1]);
    expect(q.intRepr().dtype).toBe('uint8');
    expectTypeOf(q.dequantize()).toEqualTypeOf<Tensor<'float32'>>();
  });

  it('refuse what is not quantized', () => {
    expect(caught(() => tensor([1]).intRepr()).name).toBe('TorchError');
  });
});

describe('resolveConj, resolveNeg and toDense', () => {
  it('make what data can show of what it cannot', () => {
    const conjugated = operator('aten::conj')(tensor([{ re: 1, im: 2 }]));
    expect(caught(() => conjugated.data).message).toMatch(/call resolveConj\(\)/);
    expect([...(conjugated.resolveConj().data as Float32Array)]).toEqual([1, -2]);
    const negated = operator('aten::_neg_view')(tensor([1, -2]));
    expect(caught(() => negated.data).message).toMatch(/resolveNeg\(\)/);
    expect([...(negated.resolveNeg().data as Float32Array)]).toEqual([-1, 2]);
    const sparse = operator('aten::to_sparse')(tensor([0, 3]));
    expect(caught(() => sparse.data).message).toMatch(/toDense\(\)/);
    expect([...(sparse.toDense().data as Float32Array)]).toEqual([0, 3]);
  });

  it('give the same elements where there is nothing to do', () => {
    const t = tensor([1, 2]);
    for (const same of [t.resolveConj(), t.resolveNeg()]) expect(same.equal(t)).toBe(true);
  });
});

describe('pinMemory', () => {
  it('copies into page-locked memory, or says that there is no CUDA device', () => {
    const t = tensor([1, 2]);
    if (cuda.isAvailable()) expect(t.pinMemory().isPinned).toBe(true);
    else expect(caught(() => t.pinMemory()).code).toBe('ERR_DEVICE_UNAVAILABLE');
  });
});
