import { operator } from '../tensor/operators.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Keywords } from './types.js';

/** Options of `stft`. */
export interface StftOptions extends Keywords {
  /** Steps between frames, a quarter of `nFft` unless given. */
  hopLength?: number | null | undefined;
  /** Length of the window, `nFft` unless given. */
  winLength?: number | null | undefined;
  window?: Tensor | null | undefined;
  /** Whether frames have their time in their middle, default true; the signal is padded then. */
  center?: boolean | undefined;
  /** Default 'reflect'. */
  padMode?: string | undefined;
  normalized?: boolean | undefined;
  /** Half the spectrum, which tells all for real signals: the default for them. */
  onesided?: boolean | null | undefined;
  /** Complex numbers, default; false gives pairs of real ones, which PyTorch deprecates. */
  returnComplex?: boolean | null | undefined;
  alignToWindow?: boolean | null | undefined;
}

const names = [
  'hopLength',
  'winLength',
  'window',
  'center',
  'padMode',
  'normalized',
  'onesided',
  'returnComplex',
  'alignToWindow',
];
const aten = operator('aten::stft.center');

/**
 * The spectra of overlapping frames of a signal, or of each signal of a batch.
 *
 * @example
 * ```ts
 * import { ones, rand, stft } from 'libtorch-node';
 *
 * const spectra = stft(rand([400]), 64, { window: ones([64]) });
 * console.log(spectra.dtype, spectra.shape); // complex64 [33, 26]
 * ```
 */
export function stft(input: Tensor, nFft: number, options?: StftOptions): Tensor {
  return aten(input, nFft, { returnComplex: true, ...checkOptions('stft', options, names) });
}
