import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type AutocastOptions,
  autocast,
  isAutocastEnabled,
  loadModuleSync,
  matmul,
  ones,
  type Tensor,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { caught, rejected } from '../caught.js';

const x = ones([2, 2]);
const product = (): string => matmul(x, x).dtype;

describe('autocast', () => {
  it('lowers what may be lower, and leaves what needs range', () => {
    expect(autocast({}, product)).toBe('bfloat16');
    expect(autocast({ dtype: 'float16' }, product)).toBe('float16');
    expect(autocast({}, () => matmul(x, x).cumsum(0).dtype)).toBe('bfloat16');
    expect(autocast({}, () => x.softmax(-1).dtype)).toBe('float32');
    expect(product()).toBe('float32');
  });

  it('nests, and every scope ends where it ends', () => {
    const seen = autocast({}, () => [
      product(),
      autocast({ dtype: 'float16' }, () => [product(), autocast({ enabled: false }, product)]),
      product(),
    ]);
    expect(seen).toEqual(['bfloat16', ['float16', 'float32'], 'bfloat16']);
    expect(isAutocastEnabled()).toBe(false);
  });

  it('ends when the function throws', () => {
    const fail = (): never => {
      throw new Error('on purpose');
    };
    expect(caught(() => autocast({}, fail)).message).toBe('on purpose');
    expect([product(), isAutocastEnabled(), isAutocastEnabled('cuda')]).toEqual([
      'float32',
      false,
      false,
    ]);
  });

  it('refuses a Promise, and what is no option', () => {
    expect(caught(() => autocast({}, async () => product())).code).toBe('ERR_SCOPE_PROMISE');
    const code = (options: unknown, fn: unknown = product): unknown =>
      caught(() => autocast(options as AutocastOptions, fn as () => string)).code;
    expect(code({ dtype: 'float32' })).toBe('ERR_INVALID_ARG_VALUE');
    expect(code({ device: 'mps' })).toBe('ERR_INVALID_ARG_VALUE');
    expect(code({ enabled: 1 })).toBe('ERR_INVALID_ARG_VALUE');
    expect(code({ precision: 'low' })).toBe('ERR_UNKNOWN_ARGUMENT');
    expect(code({ toString: 'low' })).toBe('ERR_UNKNOWN_ARGUMENT');
    expect(code('bfloat16')).toBe('ERR_INVALID_ARG_TYPE');
    expect(code({}, 1)).toBe('ERR_INVALID_ARG_TYPE');
    expect(product()).toBe('float32');
  });

  it('goes with a run to its thread, also when the scope has ended by then', async () => {
    const module = loadModuleSync(fixture('mlp'));
    const input = ones([1, 16]);
    const dtypeOf = (value: unknown): string => (value as Tensor).dtype;
    const started: Promise<unknown>[] = [];
    autocast({}, () => {
      started.push(module.forward(input), module.run('forward', [input]));
    });
    expect((await Promise.all(started)).map(dtypeOf)).toEqual(['bfloat16', 'bfloat16']);
    expect(dtypeOf(autocast({}, () => module.forwardSync(input)))).toBe('bfloat16');
    expect(dtypeOf(await module.forward(input))).toBe('float32');
  });

  it('is an option of a run', async () => {
    const module = loadModuleSync(fixture('mlp'));
    const input = ones([1, 16]);
    const there = await module.run('forward', [input], { autocast: { dtype: 'float16' } });
    const here = module.runSync('forward', [input], { autocast: {} });
    const off = autocast({}, () =>
      module.runSync('forward', [input], { autocast: { enabled: false } }),
    );
    expect([there, here, off].map((value) => (value as Tensor).dtype)).toEqual([
      'float16',
      'bfloat16',
      'float32',
    ]);
    const wrong = { autocast: { dtype: 'int8' } } as never;
    expect((await rejected(module.run('forward', [input], wrong))).code).toBe(
      'ERR_INVALID_ARG_VALUE',
    );
  });

  it('gives the type of what the function gives', () => {
    expectTypeOf(autocast({}, () => x)).toEqualTypeOf<typeof x>();
  });
});
