import { isMainThread } from 'node:worker_threads';
import { makeError } from '../make-error.js';
import { wrapScriptObject } from '../module/script-object.js';
import { warn } from '../runtime/warnings.js';
import { Tensor } from '../tensor/tensor.js';
import { token } from '../tensor/token.js';
import { native } from './addon.js';

// Once per environment, before anything else of the addon is called.
native.initialize({ Tensor, token, wrapScriptObject, makeError, warn });
// Node waits for its workers, however long an operator runs in one.
if (isMainThread) process.once('exit', (code) => native.runtime.limitExit(code));
