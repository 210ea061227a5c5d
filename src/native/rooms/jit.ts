/** `cpp/binding/jit*.cc`. */

import type { JitCompileRoom } from './jit-compile.js';
import type { JitTraceRoom } from './jit-trace.js';
import type { JitTransformRoom } from './jit-transform.js';

export interface JitRoom extends JitCompileRoom, JitTraceRoom, JitTransformRoom {}
