import { makeError } from '../errors.js';
import { wrapScriptObject } from '../module/script-object.js';
import { warn } from '../runtime/warnings.js';
import { Tensor } from '../tensor/tensor.js';
import { token } from '../tensor/token.js';
import { native } from './addon.js';

// Once per environment, before anything else of the addon is called.
native.initialize({ Tensor, token, wrapScriptObject, makeError, warn });
