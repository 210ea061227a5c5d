import { native } from '../native/addon.js';
import type { BoundMethod, NativeModule } from '../native/types.js';
import { resolveAutocast } from '../runtime/autocast.js';
import { untilAborted } from './abort.js';
import type { CallGuard } from './call-guard.js';
import { DimScope } from './named-dims.js';
import type { RunOptions, RunSyncOptions } from './run-options.js';

/** The ways into a native module's methods; `forward` goes through its guard, if there is one. */
export class Calls {
  readonly #handle: NativeModule;
  readonly #guard: CallGuard | null;
  readonly #bound = new Map<string, BoundMethod>();

  constructor(handle: NativeModule, guard: CallGuard | null) {
    this.#handle = handle;
    this.#guard = guard;
  }

  /** A method ready to call with positional arguments; throws ERR_NO_METHOD. */
  method(name: string): BoundMethod {
    let bound = this.#bound.get(name);
    if (bound === undefined) {
      bound = native.module.bind(this.#handle, name);
      bound = this.#guardOf(name)?.wrap(bound) ?? bound;
      this.#bound.set(name, bound);
    }
    return bound;
  }

  /** A run with options. */
  start(method: string, args: readonly unknown[], options: RunOptions): Promise<unknown> {
    const { kwargs = null, signal, pool, autocast } = options;
    const guard = this.#guardOf(method);
    const scope = new DimScope();
    const call = guard?.mixed(args, kwargs ?? {}, scope) ?? { args, kwargs };
    const run = native.module.run(this.#handle, method, call.args, {
      kwargs: call.kwargs,
      pool: pool?.handle ?? null,
      autocast: resolveAutocast(method, autocast),
    });
    const settled = signal === undefined ? run.promise : untilAborted(run, signal);
    return guard === null ? settled : settled.then((value) => guard.output(value, scope));
  }

  /** A run with options on this thread. */
  startSync(method: string, args: readonly unknown[], options: RunSyncOptions): unknown {
    const { kwargs = null, autocast } = options;
    const guard = this.#guardOf(method);
    const scope = new DimScope();
    const call = guard?.mixed(args, kwargs ?? {}, scope) ?? { args, kwargs };
    const value = native.module.runSync(this.#handle, method, call.args, {
      kwargs: call.kwargs,
      pool: null,
      autocast: resolveAutocast(method, autocast),
    });
    return guard === null ? value : guard.output(value, scope);
  }

  #guardOf(method: string): CallGuard | null {
    return method === 'forward' ? this.#guard : null;
  }
}
