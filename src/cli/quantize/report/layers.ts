import { number, plural } from '../../figures.js';
import type { LayerSensitivity } from '../../torch.js';
import type { Findings } from '../findings.js';
import { type Bar, manyBars } from './bars.js';
import { element, type Markup } from './markup.js';

/** Decibels from which noise is below 3 %, and below 10 %, of the output. */
const GOOD = 30;
const FAIR = 20;
const MOST_BARS = 60;

/** Decibels in words. */
export function decibels(sqnr: number | null): string {
  if (sqnr === null) return '–';
  return Number.isFinite(sqnr) ? `${sqnr.toFixed(1)} dB` : sqnr > 0 ? 'exact' : 'nothing left';
}

function barOf({ name, errors, drop }: LayerSensitivity, metric: string | null): Bar {
  const sqnr = errors.sqnr ?? Number.NEGATIVE_INFINITY;
  const lost = drop === null ? '' : `, ${metric} ${signed(-drop)}`;
  return {
    label: name,
    value: Number.isFinite(sqnr) ? sqnr : sqnr > 0 ? Number.MAX_VALUE : 0,
    shown: `${decibels(errors.sqnr)}${lost}`,
    kind: sqnr >= GOOD ? 'good' : sqnr >= FAIR ? 'fair' : 'bad',
  };
}

/** +0.012, −0.3, ±0 */
export function signed(value: number): string {
  if (value === 0) return '±0';
  return `${value > 0 ? '+' : '−'}${number(Math.abs(value))}`;
}

/** What quantizing each layer alone leaves of the output. */
export function sensitivitySection({ sensitivity, comparison }: Findings): Markup | null {
  if (sensitivity === null || sensitivity.length === 0) return null;
  const metric = comparison.accuracy?.metric ?? null;
  // Where more is lost as less is better, the metric itself goes up.
  const isLess = comparison.accuracy?.higherIsBetter === false;
  const shown = sensitivity.slice(0, MOST_BARS);
  const bars = shown.map((one) => {
    const drop = one.drop === null ? null : isLess ? -one.drop : one.drop;
    return barOf({ ...one, drop }, metric);
  });
  const finite = shown.map(({ errors }) => errors.sqnr ?? 0).filter(Number.isFinite);
  const more = sensitivity.length - shown.length;
  const { accuracy, inputs } = comparison;
  const data =
    accuracy === null ? plural(inputs.length, 'input') : plural(accuracy.samples, 'sample');
  const key = (kind: string, text: string): Markup[] => [
    element('span', { class: `key ${kind}` }),
    element('span', {}, text),
  ];
  return element(
    'section',
    {},
    element('h2', {}, 'Error by layer'),
    element(
      'p',
      { class: 'soft' },
      `Signal to noise of the output with this layer alone quantized, over ${data}, the most costly first. `,
      'Short bars are layers to leave in float.',
    ),
    element(
      'div',
      { class: 'scroll' },
      manyBars('Signal to quantization noise by layer', bars, Math.max(40, ...finite)),
    ),
    element(
      'p',
      { class: 'soft', style: 'margin: 12px 0 0' },
      key('good', `${GOOD} dB and more: noise below 3 %`),
      key('fair', `${FAIR} to ${GOOD} dB`),
      key('bad', `below ${FAIR} dB: above 10 %`),
      more > 0 ? `; ${more} layers with smaller errors are not drawn` : null,
    ),
  );
}

/** Every layer: what became of it, and why. */
export function layerTable({ quantized, skipped, sensitivity, comparison }: Findings): Markup {
  const found = new Map(sensitivity?.map((one) => [one.name, one]));
  const isMeasured = sensitivity !== null && comparison.accuracy !== null;
  const head = [
    'layer',
    'kind',
    'weights',
    sensitivity && 'alone',
    isMeasured && 'lost',
    skipped.length > 0 && 'why',
  ];
  const isNumber = (title: string): boolean => title === 'alone' || title === 'lost';
  const cell = (tag: string, text: string, title: string): Markup =>
    element(tag, { class: isNumber(title) ? 'number' : title === 'layer' ? 'name' : null }, text);
  const rowOf = (
    name: string,
    { kind, dtype, why }: { kind: string; dtype: string; why: string },
  ): Markup => {
    const one = found.get(name);
    const texts: Readonly<Record<string, string>> = {
      layer: name,
      kind,
      weights: dtype,
      alone: one === undefined ? '' : decibels(one.errors.sqnr),
      lost: one?.drop === null || one === undefined ? '' : number(one.drop),
      why,
    };
    const titles = head.filter((title): title is string => typeof title === 'string');
    return element('tr', {}, ...titles.map((title) => cell('td', texts[title]!, title)));
  };
  const titles = head.filter((title): title is string => typeof title === 'string');
  return element(
    'section',
    {},
    element('h2', {}, 'Layers'),
    element(
      'p',
      { class: 'soft' },
      `${quantized.length} quantized, ${skipped.length} left as they were`,
    ),
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...titles.map((title) => cell('th', title, title === 'layer' ? '' : title)),
          ),
        ),
        element(
          'tbody',
          {},
          quantized.map(({ name, kind, dtype }) => rowOf(name, { kind, dtype, why: '' })),
          skipped.map(({ name, kind, reason }) =>
            rowOf(name, { kind, dtype: 'in float', why: reason }),
          ),
        ),
      ),
    ),
  );
}
