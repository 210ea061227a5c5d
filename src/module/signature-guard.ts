import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import { CallGuard } from './call-guard.js';
import { describeMethods, type Method } from './method.js';
import type { ModuleSignature, SignatureSchema } from './signature.js';
import { readSignature } from './signature-reader.js';

function forwardOf(handle: NativeModule): Method {
  const methods = describeMethods(native.module.methods(handle));
  const forward = methods.find(({ name }) => name === 'forward');
  if (forward !== undefined) return forward;
  const names = methods.map(({ name }) => name).join(', ');
  throw makeError(
    'ERR_SIGNATURE',
    `signature: describes forward, but the module has only: ${names || 'no methods'}`,
  );
}

/** The checks for the user's schemas. */
export function guardFromSchema(handle: NativeModule, signature: SignatureSchema): CallGuard {
  const forward = forwardOf(handle);
  const { data, parsers } = readSignature(signature, forward);
  return new CallGuard(forward, data, parsers);
}

/** The same from plain data: tensors are checked, what only zod could check is not. */
export function guardFromData(handle: NativeModule, signature: ModuleSignature): CallGuard {
  return new CallGuard(forwardOf(handle), signature, new Map());
}
