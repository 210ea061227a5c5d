import { describe, expect, it } from 'vitest';
import {
  DisposedError,
  LoadError,
  ModuleBusyError,
  OutOfMemoryError,
  ScriptError,
  SignatureError,
  TorchError,
} from '../../src/errors.js';
import { makeError } from '../../src/make-error.js';

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
