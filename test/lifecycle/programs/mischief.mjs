/** For programs whose arguments run code of their own. */
import assert from 'node:assert/strict';
import { zeros } from 'libtorch-node';

/** Collects, and takes the memory that came free. */
export const churn = () => {
  globalThis.gc();
  for (let i = 0; i < 32; i++) zeros([64]).dispose();
};
/** What the call gives; null when it was refused with an error that says so. */
export const isTensorOrRefused = (call) => {
  try {
    return call();
  } catch (error) {
    assert.ok(error instanceof TypeError || typeof error.code === 'string', error.stack);
    return null;
  }
};
