import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  jit,
  nn,
  ones,
  rand,
  randn,
  setWarningHandler,
  type Tensor,
  zeros,
} from '../../../src/index.js';

const failed = expect.objectContaining({ code: 'ERR_TRACE_CHECK' });
const x = ones([2, 2]);
let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  setWarningHandler((message, category) => warnings.push(`${category}: ${message}`));
});
afterEach(() => setWarningHandler(null));

describe('check', () => {
  it('calls the function again, and finds what changed outside', () => {
    let calls = 0;
    const drifting = (a: Tensor): Tensor => a.add(calls++);
    expect(() => jit.trace(drifting, [x])).toThrow(failed);
    expect(calls).toBe(2);
    expect(() => jit.trace(drifting, [x])).toThrow(/the output: the greatest difference is 1,/);
    expect(() => jit.trace((a) => [a, { b: a.add(calls++) }.b], [x])).toThrow('the output[1]');
    expect(() => jit.trace((a) => ({ sum: a.add(calls++) }), [x])).toThrow("the output['sum']");
  });

  it('takes further arguments, for which conditions may go the other way', () => {
    const fn = (a: Tensor): Tensor => (a.shape[0] === 2 ? a.add(1) : a.add(2));
    jit.trace(fn, [x]).dispose();
    expect(() => jit.trace(fn, [x], { check: [[ones([2, 5])], [ones([3, 2])]] })).toThrow(
      'check[1]: the output',
    );
    expect(() => jit.trace(fn, [x], { check: [[ones([3, 2])]] })).toThrow(failed);
  });

  it('finds shapes, dtypes and structure that differ, and a module that fails', () => {
    const shaped = (a: Tensor): Tensor => zeros([a.shape[0]!]).add(1);
    expect(() => jit.trace(shaped, [x], { check: [[ones([3, 2])]] })).toThrow(
      'the function gives shape [3], the module [2]',
    );
    const typed = (a: Tensor): Tensor => (a.shape[0] === 2 ? a : a.to('float64'));
    expect(() => jit.trace(typed, [x], { check: [[ones([3, 2])]] })).toThrow('gives float64');
    const split = (a: Tensor): readonly Tensor[] => (a.shape[0] === 2 ? [a] : [a, a]);
    expect(() => jit.trace(split, [x], { check: [[ones([3, 2])]] })).toThrow(failed);
    const fixed = (a: Tensor): Tensor => a.reshape(a.numel);
    expect(() => jit.trace(fixed, [x], { check: [[ones([3, 2])]] })).toThrow('the module fails');
  });

  it('is within a tolerance', () => {
    let shift = 0;
    const fn = (a: Tensor): Tensor => {
      shift += 1e-3;
      return a.add(shift);
    };
    expect(() => jit.trace(fn, [x])).toThrow(failed);
    jit.trace(fn, [x], { atol: 1e-2 }).dispose();
    jit.trace(fn, [x], { rtol: 1e-2 }).dispose();
    expect(() => jit.trace(fn, [x], { atol: -1 })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
  });

  it('counts NaN as equal', () => {
    jit.trace((a) => a.sub(a).div(0), [x]).dispose();
    jit.trace((a) => a.div(0), [x]).dispose();
  });

  it('compares every dtype', () => {
    for (const dtype of ['float16', 'bfloat16', 'int64', 'bool', 'complex64', 'uint8'] as const) {
      jit.trace((a) => a.reshape(-1), [ones([2, 2], { dtype })]).dispose();
    }
  });

  it('can be left out', () => {
    let calls = 0;
    jit.trace((a) => a.add(calls++), [x], { check: false }).dispose();
    expect(calls).toBe(1);
  });

  it('lets an exception of the function out, and the module go', () => {
    let calls = 0;
    const fn = (a: Tensor): Tensor => {
      if (calls++ > 0) throw new Error('mine');
      return a;
    };
    expect(() => jit.trace(fn, [x])).toThrow('mine');
  });
});

describe('random numbers', () => {
  it.each<[string, (a: Tensor) => Tensor, string]>([
    ['dropout', (a) => nn.functional.dropout(a, { p: 0.5 }), 'aten::dropout'],
    ['randn', (a) => randn([2, 2]).add(a), 'aten::randn'],
    ['rand', (a) => rand([2, 2]).add(a), 'aten::rand'],
    ['bernoulli_', (a) => a.clone().bernoulli_(0.5), 'aten::bernoulli_'],
    ['normal_', (a) => a.clone().normal_(), 'aten::normal_'],
    ['randnLike', (a) => a.randnLike(), 'aten::randn_like'],
  ])('of %s are a warning, and only shapes are compared', (_what, fn, name) => {
    jit.trace(fn, [x]).dispose();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('TracerWarning: jit.trace: the trace draws random numbers');
    expect(warnings[0]).toContain(name);
  });

  it('are no warning where dropout is off, or nothing is checked', () => {
    jit.trace((a) => nn.functional.dropout(a, { p: 0.5, training: false }), [x]).dispose();
    jit.trace((a) => nn.functional.dropout(a, { p: 0.5 }), [x], { check: false }).dispose();
    expect(warnings).toEqual([]);
  });

  it('of a module inside are seen', () => {
    using noisy = jit.compile(
      'def forward(self, x: Tensor) -> Tensor:\n    return F.dropout(x, 0.5)',
    );
    jit.trace((a) => noisy.forwardSync(a), [x]).dispose();
    expect(warnings).toHaveLength(1);
  });
});
