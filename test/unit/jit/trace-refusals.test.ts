import { afterEach, describe, expect, it } from 'vitest';
import { jit, ones, ops, optim, randn, type Tensor } from '../../../src/index.js';
import { coded } from '../coded.js';

const x = ones([2]);

/** Traces a function that does it, and what it does is not the end of the function. */
function traceOf(deed: (a: Tensor) => unknown, swallow = false): () => unknown {
  return () =>
    jit.trace(
      (a) => {
        try {
          const result = deed(a);
          if (result instanceof Promise) result.catch(() => {});
        } catch (error) {
          if (!swallow) throw error;
        }
        return a.add(1);
      },
      [x],
    );
}

// Whatever happened before, operators outside are not recorded, and values can be read.
afterEach(() => {
  expect(x.add(1).toArray()).toEqual([2, 2]);
  using model = jit.trace((a) => a.mul(2), [x]);
  expect(model.forwardSync(x).toArray()).toEqual([2, 2]);
});

describe('reading values in a trace', () => {
  it.each<[string, (a: Tensor) => unknown, string]>([
    ['item', (a) => a.sum().item(), 'item()'],
    ['data', (a) => a.data, 'data'],
    ['toTypedArray', (a) => a.toTypedArray(), 'toTypedArray()'],
    ['toArray', (a) => a.toArray(), 'toArray()'],
    ['toString', (a) => a.toString(), 'toString()'],
    ['a template', (a) => `${a}`, 'toString()'],
    ['allclose', (a) => a.allclose(a), 'allclose'],
    ['equal', (a) => ops.aten.equal(a, a), 'equal'],
    ['the operator item', (a) => ops.aten.item(a.sum()), 'item'],
    ['is_nonzero', (a) => ops.aten.is_nonzero(a.sum()), 'is_nonzero'],
    ['indexing by a number in a tensor', (a) => a.index([ones([]).to('int64')]), 'item()'],
  ])('by %s is an error that names it', (_what, deed, name) => {
    expect(traceOf(deed)).toThrow(coded('ERR_TRACE_READ'));
    expect(traceOf(deed)).toThrow(name);
    expect(traceOf(deed, true)).toThrow(coded('ERR_TRACE_READ'));
  });

  it('says what to do instead', () => {
    expect(traceOf((a) => a.sum().item())).toThrow(/where\(\).*jit\.compile/);
  });

  it.each<[string, (a: Tensor) => unknown]>([
    ['shape', (a) => a.shape],
    ['dtype', (a) => a.dtype],
    ['numel', (a) => a.numel],
    ['device', (a) => a.device],
    ['isContiguous', (a) => a.isContiguous],
    ['size', (a) => ops.aten.size(a, 0)],
    [
      'console.log',
      (a) =>
        (a as unknown as { [key: symbol]: () => string })[
          Symbol.for('nodejs.util.inspect.custom')
        ]!(),
    ],
  ])('is not what %s does', (_what, deed) => {
    expect(traceOf(deed)).not.toThrow();
  });
});

describe('what ends after the trace', () => {
  it.each<[string, (a: Tensor) => unknown]>([
    ['toArrayAsync', (a) => a.toArrayAsync()],
    ['toAsync', (a) => a.toAsync('float64')],
    ['forward', (a) => jit.compile('def forward(self, x: Tensor):\n    return x').forward(a)],
    ['run', (a) => jit.compile('def forward(self, x: Tensor):\n    return x').run('forward', [a])],
  ])('as %s is an error', (_what, deed) => {
    expect(traceOf(deed)).toThrow(coded('ERR_TRACE_ASYNC'));
  });

  it('as a Promise that the function gives is an error', () => {
    expect(() => jit.trace((async (a: Tensor) => a) as never, [x])).toThrow(
      coded('ERR_TRACE_ASYNC'),
    );
  });
});

describe('what a graph cannot hold', () => {
  it.each<[string, (a: Tensor) => unknown]>([
    ['backward', () => randn([1]).requiresGrad_().mul(2).backward()],
    ['another trace', (a) => jit.trace((b) => b, [a])],
    ['copyFrom', (a) => a.copyFrom(new Float32Array(2))],
    ['step', () => new optim.SGD([randn([1]).requiresGrad_()], { lr: 1 }).step()],
    ['train', () => jit.compile('def forward(self):\n    return 1').train()],
    [
      'a module that gives a number',
      () => jit.compile('def forward(self) -> int:\n    return 1').forwardSync(),
    ],
    ['a failing operator that is caught', (a) => expect(() => a.matmul(ones([7, 7]))).toThrow()],
  ])('as %s is an error', (_what, deed) => {
    expect(traceOf(deed, true)).toThrow(coded('ERR_TRACE_FAILED'));
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a number', 5],
    ['a string', 'a'],
    ['an empty array', []],
    ['an object of numbers', { a: 1 }],
    ['a class', new Date()],
  ])('as the result %s is an error', (_what, result) => {
    expect(() => jit.trace((() => result) as never, [x])).toThrow(coded('ERR_TRACE_FAILED'));
  });

  it.each<[string, unknown]>([
    ['a number', [5]],
    ['an empty array', [[]]],
    ['null', [null]],
    ['no examples', []],
    ['no array', 5],
    ['keys that are numbers', [new Map([[1, x]])]],
  ])('as example %s is a TypeError', (_what, examples) => {
    expect(() => jit.trace((a) => a as Tensor, examples as never)).toThrow(
      coded('ERR_INVALID_ARG_TYPE'),
    );
  });

  it('as no function is a TypeError', () => {
    expect(() => jit.trace(5 as never, [x])).toThrow(coded('ERR_INVALID_ARG_TYPE'));
  });
});

describe('an exception in a traced function', () => {
  it.each([new Error('mine'), 'text', 5, null, undefined])('%s comes out as it is', (thrown) => {
    let caught: unknown = 'nothing';
    try {
      jit.trace(
        (_a) => {
          throw thrown;
        },
        [x],
      );
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(thrown);
  });
});
