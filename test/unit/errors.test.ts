import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  DisposedError,
  type ErrorCode,
  errorCodes,
  LoadError,
  ModuleBusyError,
  makeError,
  OutOfMemoryError,
  ScriptError,
  SignatureError,
  TorchError,
  type TorchErrorCode,
} from '../../src/errors.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('makeError', () => {
  it('makes a TypeError with a code for wrong arguments', () => {
    const error = makeError('ERR_INVALID_ARG_TYPE', 'expected x');
    expect(error).toBeInstanceOf(TypeError);
    expect(error).not.toBeInstanceOf(TorchError);
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', message: 'expected x' });
  });

  it('makes a RangeError with a code for impossible values', () => {
    const error = makeError('ERR_OUT_OF_RANGE', 'too big');
    expect(error).toBeInstanceOf(RangeError);
    expect(error.code).toBe('ERR_OUT_OF_RANGE');
  });

  it.each([
    ['ERR_TORCH', TorchError, 'TorchError'],
    ['ERR_OUT_OF_MEMORY', OutOfMemoryError, 'OutOfMemoryError'],
    ['ERR_SCRIPT_RAISED', ScriptError, 'ScriptError'],
    ['ERR_NOT_A_MODULE', LoadError, 'LoadError'],
    ['ERR_SIGNATURE', SignatureError, 'SignatureError'],
    ['ERR_MODULE_BUSY', ModuleBusyError, 'ModuleBusyError'],
    ['ERR_DISPOSED', DisposedError, 'DisposedError'],
  ] as const)('makes %s of its family', (code, family, name) => {
    const error = makeError(code, 'why');
    expect(error).toBeInstanceOf(family);
    expect(error).toBeInstanceOf(TorchError);
    expect(error).toMatchObject({ name, code, message: 'why' });
    expect(error.stack).toContain(`${name}: why`);
  });

  it('keeps an unknown code on a TorchError', () => {
    const error = makeError('ERR_FROM_THE_FUTURE', 'new');
    expect(error).toBeInstanceOf(TorchError);
    expect(error.code).toBe('ERR_FROM_THE_FUTURE');
  });

  it('carries the Python class of a script error, and the cause', () => {
    const cause = new Error('below');
    const error = makeError('ERR_SCRIPT_RAISED', 'boom', 'builtins.ValueError', { cause });
    expect(error).toMatchObject({ pythonClass: 'builtins.ValueError', cause });
    expect(new ScriptError('ERR_SCRIPT_FAILED', 'x').pythonClass).toBeNull();
  });

  it('leaves itself out of the stack', () => {
    expect(makeError('ERR_TORCH', 'x').stack?.split('\n')[1]).toContain('errors.test');
  });

  it('names no property of its own on the instance but the code', () => {
    expect(Object.keys(makeError('ERR_TORCH', 'x'))).toEqual(['code']);
  });
});

describe('errorCodes', () => {
  it('lists every code once', () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    expectTypeOf(errorCodes).toEqualTypeOf<readonly ErrorCode[]>();
    expectTypeOf<'ERR_TORCH'>().toExtend<TorchErrorCode>();
    expectTypeOf<'ERR_INDEX'>().not.toExtend<TorchErrorCode>();
  });

  it('lists every code that the sources use', () => {
    const used = new Set<string>();
    for (const room of ['cpp', 'src']) {
      for (const entry of readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })) {
        if (!/\.(cc|h|ts)$/.test(entry)) continue;
        const text = readFileSync(join(root, room, entry), 'utf8');
        for (const [, code] of text.matchAll(/['"](ERR_[A-Z_]+)['"]/g)) used.add(code!);
      }
    }
    const listed: ReadonlySet<string> = new Set(errorCodes);
    expect([...used].filter((code) => !listed.has(code))).toEqual([]);
  });
});
