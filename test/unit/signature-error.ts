import { expect } from 'vitest';
import { SignatureError } from '../../src/index.js';

/** The message of the SignatureError that the call throws; fails when it throws none. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(SignatureError);
    expect(error).toMatchObject({ code: 'ERR_SIGNATURE' });
    return (error as Error).message;
  }
  throw new Error('expected a SignatureError');
}
