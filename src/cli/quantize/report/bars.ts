import { cutMiddle } from '../../table.js';
import { drawing, element, type Markup } from './markup.js';

/** A figure before and after. */
export interface Pair {
  readonly title: string;
  readonly before: number;
  readonly after: number;
  readonly show: (value: number) => string;
  /** Said beside the second bar. */
  readonly about: string;
}

const WIDTH = 900;
const LABEL = 150;
const VALUE = 230;
const ROW = 24;

function row(
  y: number,
  { label, share, kind, value }: { label: string; share: number; kind: string; value: string },
): Markup[] {
  const most = WIDTH - LABEL - VALUE;
  const length = Math.max(2, share * most);
  return [
    element('text', { x: LABEL - 12, y: y + 14, 'text-anchor': 'end', class: 'soft' }, label),
    element('rect', { x: LABEL, y: y + 2, width: most, height: 16, rx: 4, class: 'track' }),
    element('rect', { x: LABEL, y: y + 2, width: length, height: 16, rx: 4, class: kind }),
    element('text', { x: WIDTH - VALUE + 12, y: y + 14 }, value),
  ];
}

/** Two bars of one scale, one above the other. */
export function pairOfBars({ title, before, after, show, about }: Pair): Markup {
  const most = Math.max(before, after) || 1;
  return drawing(
    {
      title,
      about: `before ${show(before)}, quantized ${show(after)}${about === '' ? '' : `, ${about}`}`,
      width: WIDTH,
      height: 2 * ROW,
    },
    row(0, { label: 'before', share: before / most, kind: 'before', value: show(before) }),
    row(ROW, {
      label: 'quantized',
      share: after / most,
      kind: 'after',
      value: about === '' ? show(after) : `${show(after)}, ${about}`,
    }),
  );
}

/** A bar of a chart with many. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly shown: string;
  /** Of a colour by how good it is. */
  readonly kind: 'good' | 'fair' | 'bad' | 'after';
}

const NAME = 300;
const SHOWN = 190;
const LONGEST = 42;

/** What all names begin with, up to a dot. */
function commonStart(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let end = others.length === 0 ? 0 : first.lastIndexOf('.') + 1;
  while (end > 0 && !others.every((name) => name.startsWith(first.slice(0, end)))) {
    end = first.lastIndexOf('.', end - 2) + 1;
  }
  return first.slice(0, end);
}

/** One bar for each, of one scale that ends at `most`. */
export function manyBars(title: string, bars: readonly Bar[], most: number): Markup {
  const step = 22;
  const room = WIDTH - NAME - SHOWN;
  // Names are told apart by their ends; where they are too long, the start that all share goes first.
  const isLong = bars.some(({ label }) => label.length > LONGEST);
  const start = isLong ? commonStart(bars.map(({ label }) => label)) : '';
  const short = (label: string): string => {
    return cutMiddle(start === '' ? label : `…${label.slice(start.length)}`, LONGEST);
  };
  const rows = bars.map(({ label, value, shown, kind }, at) => {
    const share = Math.min(1, Math.max(0, value / (most || 1)));
    const y = at * step;
    return element(
      'g',
      {},
      element('title', {}, `${label}: ${shown}`),
      element('text', { x: NAME - 12, y: y + 14, 'text-anchor': 'end' }, short(label)),
      element('rect', { x: NAME, y: y + 3, width: room, height: 14, rx: 3, class: 'track' }),
      element('rect', {
        x: NAME,
        y: y + 3,
        width: Math.max(2, share * room),
        height: 14,
        rx: 3,
        class: kind,
      }),
      element('text', { x: NAME + room + 12, y: y + 14 }, shown),
    );
  });
  const about = bars.map(({ label, shown }) => `${label} ${shown}`).join('; ');
  return drawing({ title, about, width: WIDTH, height: bars.length * step }, rows);
}
