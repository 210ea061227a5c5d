import { bytes, duration, number, plural } from '../../figures.js';
import type { Findings } from '../findings.js';
import { decibels, signed } from './layers.js';
import { element, type Markup } from './markup.js';

/** The result in a few numbers. */
export function tiles({ comparison, quantized, skipped }: Findings): Markup {
  const { reference, other, speedUp, accuracy, errors } = comparison;
  const shown: (readonly [value: string, what: string, about: string])[] = [];
  if (reference.sizeBytes !== null && other.sizeBytes !== null) {
    const times = (reference.sizeBytes / other.sizeBytes).toFixed(2);
    const about = `${bytes(reference.sizeBytes)} → ${bytes(other.sizeBytes)}`;
    shown.push([`${times} ×`, 'smaller', about]);
  }
  if (speedUp !== null && reference.latency !== null && other.latency !== null) {
    const about = `${duration(reference.latency.median)} → ${duration(other.latency.median)}`;
    const [times, what] = speedUp >= 1 ? [speedUp, 'faster'] : [1 / speedUp, 'slower'];
    shown.push([`${times.toFixed(2)} ×`, what, about]);
  }
  if (accuracy !== null) {
    const change = accuracy.other - accuracy.reference;
    const about = `${number(accuracy.reference)} → ${number(accuracy.other)}`;
    shown.push([signed(Number(change.toPrecision(3))), accuracy.metric, about]);
  }
  shown.push([
    decibels(errors.sqnr),
    'output to noise',
    `over ${plural(comparison.inputs.length, 'input')}`,
  ]);
  const all = quantized.length + skipped.length;
  shown.push([`${quantized.length} of ${all}`, 'layers', 'quantized']);
  return element(
    'div',
    { class: 'tiles' },
    shown.map(([value, what, about]) =>
      element(
        'div',
        { class: 'tile' },
        element('b', {}, value),
        element('span', {}, what),
        element('span', { class: 'soft' }, about),
      ),
    ),
  );
}
