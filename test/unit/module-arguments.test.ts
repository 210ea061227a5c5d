import { describe, expect, it } from 'vitest';

import { DisposedError, ones, type Tensor, tensor } from '../../src/index.js';
import { codedAs } from './coded.js';
import { load } from './load-fixture.js';
import { reasonOf } from './rejection.js';

describe('arguments', () => {
  it('are found by position, by name and by default', async () => {
    using model = load<[Tensor, string, number[], boolean]>('arguments');
    const x = tensor([1, 2]);
    const [y, name, sizes, masked] = model.forwardSync(x);
    expect([y.toArray(), name, sizes, masked]).toEqual([[2, 4], 'out', [1, 2], false]);
    const options = { kwargs: { mask: x, sizes: [], times: 2 } };
    const run = await model.run<[Tensor, string, number[], boolean]>('forward', [x, 4], options);
    expect([run[0].toArray(), ...run.slice(1)]).toEqual([[8, 16], 'out', [], true]);
    const sync = model.runSync<[Tensor]>('forward', [], { kwargs: { x, scale: 0.5 } });
    expect(sync[0].toArray()).toEqual([0.5, 1]);
    const undef = model.forwardSync(x, undefined, 3);
    expect(undef[0].toArray()).toEqual([6, 12]);
  });

  it('are refused with method, name, expected type and what came', async () => {
    using model = load('arguments');
    const x = tensor([1]);
    const wrong: [() => unknown, string, string][] = [
      [() => model.forwardSync(), 'ERR_MISSING_ARGUMENT', "forward: missing argument 'x'"],
      [
        () => model.forwardSync(5),
        'ERR_INVALID_ARG_TYPE',
        "argument 'x': expected Tensor, got number 5",
      ],
      [
        () => model.forwardSync(x, 1, 1.5),
        'ERR_INVALID_ARG_TYPE',
        "forward: argument 'times': expected int, got number 1.5",
      ],
      [
        () => model.forwardSync(x, 1, 1, 'n', [1, 'two']),
        'ERR_INVALID_ARG_TYPE',
        "forward: argument 'sizes'[1]: expected int, got string 'two'",
      ],
      [
        () => model.forwardSync(x, 1, 1, 'n', [], null, 7),
        'ERR_TOO_MANY_ARGUMENTS',
        'forward: expected at most 6 arguments, got 7',
      ],
      [
        () => model.runSync('forward', [x], { kwargs: { scales: 1 } }),
        'ERR_UNKNOWN_ARGUMENT',
        "forward: unknown argument 'scales'",
      ],
      [
        () => model.runSync('forward', [x], { kwargs: { x } }),
        'ERR_INVALID_ARG_VALUE',
        "forward: argument 'x' was given twice",
      ],
    ];
    for (const [call, code, message] of wrong) {
      expect(call).toThrow(codedAs(code));
      expect(call).toThrow(message);
    }
    const pending = model.forward(x, 'wide');
    await expect(pending).rejects.toThrow("argument 'scale': expected float, got string 'wide'");
  });

  it('of run itself are checked', async () => {
    using model = load('arguments');
    const x = tensor([1]);
    const wrong: [unknown[], string, RegExp][] = [
      [[5], 'ERR_INVALID_ARG_TYPE', /expected the method's name, got 5/],
      [['forward', x], 'ERR_INVALID_ARG_TYPE', /expected an array of arguments, got float32 \[1\]/],
      [
        ['forward', [x], { scale: 2 }],
        'ERR_UNKNOWN_ARGUMENT',
        /'scale'; keyword arguments go into/,
      ],
      [['forward', [x], { kwargs: [1] }], 'ERR_INVALID_ARG_TYPE', /kwargs: expected an object/],
      [['forward', [x], { signal: 5 }], 'ERR_INVALID_ARG_TYPE', /expected an AbortSignal, got 5/],
      [['forward', [x], { pool: {} }], 'ERR_INVALID_ARG_TYPE', /expected what createPool gave/],
      [['forward', [x], 5], 'ERR_INVALID_ARG_TYPE', /expected an object of options, got 5/],
    ];
    for (const [args, code, message] of wrong) {
      const error = await reasonOf(model.run(...(args as [string])));
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(() => model.runSync(...(args as [string]))).toThrow(codedAs(code));
    }
    await expect(model.run('forwards')).rejects.toThrow(/forwards/);
    expect(() => model.runSync('forwards')).toThrow(codedAs('ERR_NO_METHOD', 'TorchError'));
  });

  it('of a disposed tensor are refused', () => {
    using model = load('mlp');
    const x = ones([1, 16]);
    x.dispose();
    expect(() => model.forwardSync(x)).toThrow(DisposedError);
  });
});
