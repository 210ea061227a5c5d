import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
  ones,
  type Tensor,
  tidy,
} from '../../src/index.js';
import { coded } from './coded.js';

const modes = [
  ['noGrad', noGrad, false, false],
  ['enableGrad', enableGrad, true, false],
  ['inferenceMode', inferenceMode, false, true],
] as const;

describe.each(modes)('%s', (name, within, grad, inference) => {
  it('sets the mode while its function runs, and gives what that returns', () => {
    const [enabled, inferring] = within(() => [isGradEnabled(), isInferenceModeEnabled()] as const);
    expect([enabled, inferring]).toEqual([grad, inference]);
    expect([isGradEnabled(), isInferenceModeEnabled()]).toEqual([true, false]);
    expectTypeOf(within(() => 'text')).toEqualTypeOf<string>();
  });

  it('ends when its function throws, with the same error', () => {
    const error = new Error('mine');
    expect(() =>
      within(() => {
        throw error;
      }),
    ).toThrow(error);
    expect([isGradEnabled(), isInferenceModeEnabled()]).toEqual([true, false]);
    let thrown: unknown;
    try {
      within(() => {
        throw undefined;
      });
    } catch (value) {
      thrown = value === undefined;
    }
    expect(thrown).toBe(true);
  });

  it('refuses a Promise, and swallows its rejection', async () => {
    const later = async () => {
      throw new Error('nobody hears this');
    };
    expect(() => within(later)).toThrow(coded('ERR_SCOPE_PROMISE'));
    expect(() => within(later)).toThrow(new RegExp(`^${name}: `));
    expect(isGradEnabled()).toBe(true);
    await Promise.resolve();
  });

  it('refuses what is no function', () => {
    for (const wrong of [undefined, 5, {}]) {
      expect(() => within(wrong as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    }
  });
});

describe('modes within modes', () => {
  it('restore what was there', () => {
    noGrad(() => {
      enableGrad(() => {
        expect(isGradEnabled()).toBe(true);
        inferenceMode(() => expect(isGradEnabled()).toBe(false));
        expect(isGradEnabled()).toBe(true);
      });
      expect(isGradEnabled()).toBe(false);
    });
    inferenceMode(() => noGrad(() => expect(isInferenceModeEnabled()).toBe(true)));
  });

  it('go together with tidy, on both sides', () => {
    const x = ones([2], { requiresGrad: true });
    let inner: Tensor | undefined;
    const y = tidy(() =>
      noGrad(() => {
        inner = x.mul(2);
        return inner.add(1);
      }),
    );
    expect(inner?.isDisposed).toBe(true);
    expect(y.requiresGrad).toBe(false);
    expect(noGrad(() => tidy(() => x.mul(3))).toArray()).toEqual([3, 3]);
  });
});

describe('inference tensors', () => {
  const made = () => inferenceMode(() => ones([2]));

  it('can be read, and used where nothing is recorded', () => {
    expect(made().isInference()).toBe(true);
    expect(made().mul(2).toArray()).toEqual([2, 2]);
    expect([...made().data]).toEqual([1, 1]);
    expect(made().gradFn).toBeNull();
    expect(made().grad).toBeNull();
  });

  it('are refused by autograd and in-place operators, with the way out in the message', () => {
    const x = ones([2], { requiresGrad: true });
    const refused = coded('ERR_INFERENCE_TENSOR');
    expect(() => x.mul(made())).toThrow(refused);
    expect(() => made().add_(1)).toThrow(refused);
    expect(() => made().requiresGrad_()).toThrow(refused);
    expect(() => {
      made().grad = ones([2]);
    }).toThrow(refused);
    expect(x.mul(made().clone()).requiresGrad).toBe(true);
  });
});
