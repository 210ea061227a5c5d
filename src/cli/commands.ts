import type { AddCommand } from './command.js';
import { addCompare } from './compare/command.js';
import { addDoctor } from './doctor/command.js';
import { addInspect } from './inspect/command.js';
import { addLibTorch } from './libtorch/command.js';
import { addPrune } from './prune/command.js';
import { addQuantize } from './quantize/command.js';
import { addRun } from './run/command.js';
import { addTypes } from './types/command.js';

/** Every command, in the order in which help shows them. */
export const commands: readonly AddCommand[] = [
  addInspect,
  addTypes,
  addRun,
  addCompare,
  addQuantize,
  addPrune,
  addLibTorch,
  addDoctor,
];
