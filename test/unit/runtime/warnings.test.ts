import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { setWarningHandler, type WarningHandler, warn } from '../../../src/runtime/warnings.js';
import { caught } from '../caught.js';

afterEach(() => {
  setWarningHandler(null);
  vi.restoreAllMocks();
});

describe('setWarningHandler', () => {
  it('sends warnings to the handler', () => {
    const handler = vi.fn<WarningHandler>();
    setWarningHandler(handler);
    warn('careful', 'UserWarning');
    expect(handler).toHaveBeenCalledExactlyOnceWith('careful', 'UserWarning');
    expectTypeOf(setWarningHandler).parameters.toEqualTypeOf<[WarningHandler | null]>();
  });

  it('brings back process.emitWarning with null', () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    setWarningHandler(() => {});
    setWarningHandler(null);
    warn('careful', 'UserWarning');
    expect(emit).toHaveBeenCalledExactlyOnceWith('careful', {
      type: 'TorchWarning',
      detail: 'UserWarning',
    });
  });

  it('refuses what is neither a function nor null', () => {
    for (const wrong of [undefined, 'log', {}]) {
      const error = caught(() => setWarningHandler(wrong as unknown as null));
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    }
  });

  it('throws what a handler throws later, outside of the operation that warned', () => {
    const nextTick = vi.spyOn(process, 'nextTick').mockImplementation(() => {});
    setWarningHandler(() => {
      throw new Error('from the handler');
    });
    warn('careful', 'UserWarning');
    expect(nextTick).toHaveBeenCalledOnce();
    const later = nextTick.mock.calls[0]![0] as () => void;
    expect(later).toThrow('from the handler');
  });
});
