import { setImmediate } from 'node:timers/promises';

/** Collects what nothing holds, finalizers included: what `memoryUsage` counts then is held. */
export async function collected(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    gc?.();
    await setImmediate();
  }
}
