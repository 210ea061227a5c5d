import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  areDeterministicAlgorithmsEnabled,
  empty,
  isDeterministicAlgorithmsWarnOnlyEnabled,
  jit,
  ops,
  setWarningHandler,
  tensor,
  useDeterministicAlgorithms,
  zeros,
} from '../../../src/index.js';
import { caught } from '../caught.js';

// Of two values for one place, either may win.
const put = (): unknown => ops.aten.put_(zeros([4]), tensor([0n, 0n]), tensor([1, 2]), false);

afterEach(() => {
  useDeterministicAlgorithms(false, { fillUninitializedMemory: true });
  setWarningHandler(null);
});

describe('useDeterministicAlgorithms', () => {
  it('makes an operator that cannot repeat itself fail', () => {
    expect(areDeterministicAlgorithmsEnabled()).toBe(false);
    put();
    useDeterministicAlgorithms(true);
    expect(areDeterministicAlgorithmsEnabled()).toBe(true);
    expect(isDeterministicAlgorithmsWarnOnlyEnabled()).toBe(false);
    const { code, message } = caught(put);
    expect(code).toBe('ERR_NOT_DETERMINISTIC');
    expect(message).toContain('put_ does not have a deterministic implementation');
    useDeterministicAlgorithms(false);
    put();
  });

  it('makes it fail in a script', () => {
    const module = jit.compile(`
def forward(self, x: Tensor) -> Tensor:
    return x.put_(torch.zeros([2], dtype=torch.long), torch.ones([2]))
`);
    useDeterministicAlgorithms(true);
    expect(caught(() => module.forwardSync(zeros([4]))).code).toBe('ERR_SCRIPT_FAILED');
  });

  it('only warns where that is asked for', async () => {
    const warnings: string[] = [];
    setWarningHandler((message) => warnings.push(message));
    useDeterministicAlgorithms(true, { warnOnly: true });
    expect(isDeterministicAlgorithmsWarnOnlyEnabled()).toBe(true);
    put();
    await vi.waitFor(() =>
      expect(warnings.join()).toContain('put_ does not have a deterministic implementation'),
    );
  });

  it('fills memory that nobody wrote, unless that is turned off', () => {
    useDeterministicAlgorithms(true);
    expect(empty([2]).toArray()).toEqual([Number.NaN, Number.NaN]);
    useDeterministicAlgorithms(true, { fillUninitializedMemory: false });
    expect(empty([2]).shape).toEqual([2]);
  });

  it('refuses what is no flag and no option', () => {
    const code = (...args: unknown[]): unknown =>
      caught(() => (useDeterministicAlgorithms as (...a: unknown[]) => void)(...args)).code;
    expect(code(1)).toBe('ERR_INVALID_ARG_TYPE');
    expect(code(true, { warnOnly: 'yes' })).toBe('ERR_INVALID_ARG_TYPE');
    expect(code(true, { fillUninitializedMemory: 1 })).toBe('ERR_INVALID_ARG_TYPE');
    expect(code(true, { warn: true })).toBe('ERR_UNKNOWN_ARGUMENT');
    expect(code(true, null)).toBe('ERR_INVALID_ARG_TYPE');
    expect(areDeterministicAlgorithmsEnabled()).toBe(false);
  });
});
