/** `cpp/binding/jit*.cc`. */

import type { JitCompileRoom } from './jit-compile.js';
import type { JitTransformRoom } from './jit-transform.js';

export interface JitRoom extends JitCompileRoom, JitTransformRoom {}
