import { expect } from 'vitest';

/** Matches an error by its code, of whatever class it is. */
export const coded = (code: string) => expect.objectContaining({ code });

/** Matches an error by its code and the name of its class: a caller's mistake unless told. */
export const codedAs = (code: string, name = 'TypeError') =>
  expect.objectContaining({ code, name });
