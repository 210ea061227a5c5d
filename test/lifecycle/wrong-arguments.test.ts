import { describe, expect, it } from 'vitest';
import { loadModuleSync, type ModuleInput, ones, ScriptModule } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { echo, expectRefused, named } from './echo.js';

describe('wrong arguments', () => {
  it('of the wrong type are refused, naming method, argument and value', async () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ['int_', 'one'],
      ['int_', true],
      ['float_', '1'],
      ['bool_', 1],
      ['str_', 1],
      ['complex_', {}],
      ['list_int', 5],
      ['list_int', { 0: 1, length: 1 }],
      ['tuple_', [1, 2]],
      ['dict_str_int', [1]],
      ['dict_str_int', { a: 'x' }],
      ['forward', [1, 2]],
      ['forward', {}],
      ['optional_tensor', 'x'],
      ['union', 0.5],
      ['int_', ones([1])],
      ['any', Symbol('x')],
      ['any', () => {}],
    ];
    for (const [method, value] of wrong) {
      const pending = echo.run(method, [value as ModuleInput]);
      await expect(pending, `${method} with ${String(value)}`).rejects.toThrow(TypeError);
      await expect(pending).rejects.toHaveProperty('code', expect.stringMatching(/^ERR_/));
      await expect(pending).rejects.toThrow(method);
    }
  });

  it('of the wrong count are refused', async () => {
    await expectRefused('ERR_MISSING_ARGUMENT', 'forward', []);
    await expectRefused('ERR_MISSING_ARGUMENT', 'two_tensors', [ones([1])], named, "'b'");
    await expectRefused('ERR_TOO_MANY_ARGUMENTS', 'int_', [1, 2]);
    await expectRefused('ERR_TOO_MANY_ARGUMENTS', 'int_', Array(1000).fill(1));
  });

  it('of unknown names are refused', () => {
    const run = (kwargs: Record<string, ModuleInput>): unknown =>
      named.runSync('two_tensors', [ones([1])], { kwargs });
    const code = (text: string): unknown => expect.objectContaining({ code: text });
    expect(() => run({ b: ones([1]), c: 1 })).toThrow(code('ERR_UNKNOWN_ARGUMENT'));
    expect(() => run({ b: ones([1]), a: ones([1]) })).toThrow(code('ERR_INVALID_ARG_VALUE'));
    expect(() => run({ self: 1 })).toThrow(code('ERR_MISSING_ARGUMENT'));
    expect(run({ b: ones([1]) })).toHaveProperty('shape', [1]);
  });

  it('and unknown methods are refused, naming those there are', async () => {
    for (const method of ['missing', '', '__init__', 'forward\0', 'собака', 'x'.repeat(10_000)]) {
      await expectRefused('ERR_NO_METHOD', method, [1]);
    }
    expect(() => echo.runSync('fowrard', [])).toThrow('forward');
    await expectRefused('ERR_INVALID_ARG_TYPE', 5 as unknown as string, []);
    const noForward = loadModuleSync(fixture('no-forward'));
    expect(noForward).toBeInstanceOf(ScriptModule);
    expect(() => noForward.forwardSync(ones([1]))).toThrow('encode');
  });
});
