// The model of examples/digits, for the tests beside.
import { fileURLToPath } from 'node:url';
import { arange } from 'libtorch-node';

const file = (name) => fileURLToPath(new URL(`../../examples/digits/${name}`, import.meta.url));

export const digits = file('digits-scripted.pt');
export const traced = file('digits-traced.pt');

/** Sixteen images, not of digits. */
export const images = () =>
  arange(16 * 64)
    .reshape([16, 8, 8])
    .mul(0.37)
    .sin()
    .add(1)
    .div(2);
