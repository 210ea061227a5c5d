import { duration } from '../../figures.js';
import type { Latency } from '../../torch.js';
import { drawing, element, type Markup } from './markup.js';

const WIDTH = 900;
const LEFT = 150;
const RIGHT = 230;
const ROW = 34;

/** Round steps of a scale up to `most`. */
export function steps(most: number): number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}

/** Of a round step of a scale: 50 µs. */
function roundDuration(ms: number): string {
  return ms === 0 ? '0' : duration(ms).replace(/\.0+(?= )/, '');
}

function row(y: number, name: string, kind: string, one: Latency, x: (ms: number) => number) {
  const [from, to] = [x(one.min), x(one.p95)];
  const said = `${duration(one.median)} (${duration(one.min)} – ${duration(one.p95)})`;
  return [
    element('text', { x: LEFT - 12, y: y + 17, 'text-anchor': 'end', class: 'soft' }, name),
    element('rect', {
      x: from,
      y: y + 5,
      width: Math.max(2, to - from),
      height: 16,
      rx: 4,
      class: kind,
    }),
    element('line', {
      x1: x(one.median),
      x2: x(one.median),
      y1: y + 1,
      y2: y + 25,
      class: 'mark',
    }),
    element('text', { x: WIDTH - RIGHT + 12, y: y + 17 }, said),
  ];
}

/** From the fastest call to the slowest of 95 in 100, with the median as a mark. */
export function latencies(before: Latency, after: Latency): Markup {
  const most = Math.max(before.p95, after.p95) * 1.04 || 1;
  const x = (ms: number): number => LEFT + (ms / most) * (WIDTH - LEFT - RIGHT);
  const bottom = 2 * ROW;
  const scale = steps(most).flatMap((ms) => [
    element('line', { x1: x(ms), x2: x(ms), y1: 0, y2: bottom, class: 'rule' }),
    element(
      'text',
      { x: x(ms), y: bottom + 16, 'text-anchor': 'middle', class: 'soft small' },
      roundDuration(ms),
    ),
  ]);
  const text = (one: Latency): string =>
    `median ${duration(one.median)}, from ${duration(one.min)} to ${duration(one.p95)}`;
  return drawing(
    {
      title: 'Latency of a call',
      about: `before: ${text(before)}; quantized: ${text(after)}`,
      width: WIDTH,
      height: bottom + 22,
    },
    scale,
    row(0, 'before', 'before', before, x),
    row(ROW, 'quantized', 'after', after, x),
  );
}
