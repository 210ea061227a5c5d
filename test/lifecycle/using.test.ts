import { describe, expect, it } from 'vitest';
import {
  createPool,
  loadModule,
  loadModuleSync,
  type Module,
  ones,
  type SharedTensor,
  type Tensor,
  zeros,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

describe('using', () => {
  it('disposes tensors, modules, pools and shares at the end of the block', () => {
    let tensor: Tensor;
    let module: Module;
    let share: SharedTensor;
    {
      using t = zeros([2]);
      using m = loadModuleSync(fixture('mlp'));
      using pool = createPool({ threads: 1 });
      using s = t.share();
      expect(pool.info().threads).toBe(1);
      tensor = t;
      module = m;
      share = s;
    }
    expect(tensor.isDisposed).toBe(true);
    expect(module.isDisposed).toBe(true);
    expect(() => (tensor.constructor as typeof Tensor).fromShared(share)).toThrow(
      expect.objectContaining({ code: 'ERR_SHARE_REVOKED' }),
    );
  });

  it('disposes when the block throws', () => {
    let tensor: Tensor | undefined;
    expect(() => {
      using t = zeros([2]);
      tensor = t;
      throw new Error('from the block');
    }).toThrow('from the block');
    expect(tensor?.isDisposed).toBe(true);
  });

  it('lets a run that was started inside finish', async () => {
    let pending: Promise<Tensor>;
    {
      using model = await loadModule(fixture('mlp'));
      using x = ones([1, 16]);
      pending = model.forward(x);
    }
    expect((await pending).shape).toEqual([1, 4]);
  });
});
