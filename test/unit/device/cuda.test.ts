import { describe, expect, expectTypeOf, it } from 'vitest';
import { cuda } from '../../../src/index.js';
import { caught, rejected } from '../caught.js';

describe('cuda', () => {
  it('tells what devices there are', () => {
    expect(cuda.isAvailable()).toBe(cuda.deviceCount() > 0);
    expectTypeOf(cuda.deviceCount).returns.toEqualTypeOf<number>();
    expectTypeOf(cuda.memoryStats).returns.toEqualTypeOf<cuda.CudaMemoryStats>();
  });

  it('says that a device is not there', async () => {
    const unavailable = { name: 'TorchError', code: 'ERR_DEVICE_UNAVAILABLE' };
    expect(caught(() => cuda.memoryStats(99))).toMatchObject(unavailable);
    expect(caught(() => cuda.resetPeakMemoryStats(99))).toMatchObject(unavailable);
    expect(caught(() => cuda.synchronizeSync(99))).toMatchObject(unavailable);
    expect(await rejected(cuda.synchronize(99))).toMatchObject(unavailable);
  });

  it('empties the cache also without a device', () => {
    expect(() => cuda.emptyCache()).not.toThrow();
  });

  it('refuses what is no index', async () => {
    expect(caught(() => cuda.memoryStats(-1))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(caught(() => cuda.memoryStats(0.5))).toMatchObject({ name: 'RangeError' });
    const text = caught(() => cuda.resetPeakMemoryStats('0' as never));
    expect(text).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    expect(text.message).toContain('cuda.resetPeakMemoryStats');
    expect((await rejected(cuda.synchronize(-1))).code).toBe('ERR_OUT_OF_RANGE');
  });
});
