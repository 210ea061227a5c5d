import type { ReadLimits } from '../archive/archive.js';
import type { PickleLimits } from '../pickle/stack.js';

/** What an inspection may bring into memory: it must withstand any file. @internal */
export const readLimits: ReadLimits = { record: 2 ** 25, total: 2 ** 27 };

/** Of code, which takes longest to read. @internal */
export const codeLimits: ReadLimits = { record: 2 ** 23, total: 2 ** 24 };

/** @internal */
export const pickleLimits: PickleLimits = { values: 2 ** 23, containers: 2 ** 20, depth: 1000 };

/** Modules and tensors of a file, and how deep they may lie. @internal */
export const mostNames = 2 ** 18;
/** @internal */
export const mostDepth = 100;
