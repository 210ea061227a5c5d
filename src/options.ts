import { createRequire } from 'node:module';
import type * as Zod from 'zod';
import { makeError } from './make-error.js';

let loaded: typeof Zod | undefined;

/** The user's copy of zod, loaded at its first use: import time counts. @internal */
export function zod(): typeof Zod {
  try {
    loaded ??= createRequire(import.meta.url)('zod') as typeof Zod;
    return loaded;
  } catch (cause) {
    const message = 'zod 4 is a peer dependency and was not found: npm install zod';
    throw makeError('ERR_MISSING_ZOD', message, null, { cause });
  }
}

/** A check of an option bag, whose schema is made at its first use. @internal */
export function optionsCheck<S extends Zod.ZodType>(
  where: string,
  makeSchema: (z: typeof Zod) => S,
): (value: unknown) => Zod.output<S> {
  let schema: S | undefined;
  return (value) => {
    schema ??= makeSchema(zod());
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const issue = result.error.issues[0]!;
    throw makeError(codeOf(issue.code), `${where}: ${wordsOf(issue)}`, null, {
      cause: result.error,
    });
  };
}

function codeOf(issue: string | undefined): string {
  if (issue === 'too_small' || issue === 'too_big') return 'ERR_OUT_OF_RANGE';
  return issue === 'unrecognized_keys' ? 'ERR_UNKNOWN_ARGUMENT' : 'ERR_INVALID_ARG_TYPE';
}

function wordsOf(issue: Zod.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown option '${issue.keys[0]}'`;
  const path = issue.path.length === 0 ? 'options' : `options.${issue.path.join('.')}`;
  return `${path}: ${issue.message}`;
}
