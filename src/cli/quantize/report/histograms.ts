import { count, number } from '../../figures.js';
import type { WeightSpread } from '../findings.js';
import { drawing, element, type Markup } from './markup.js';

const WIDTH = 280;
const HEIGHT = 90;

/** How the weights of a layer are spread, between their smallest and their largest. */
export function histogram({ name, shape, min, max, deviation, counts }: WeightSpread): Markup {
  const most = Math.max(...counts, 1);
  const step = WIDTH / counts.length;
  // By roots: tails decide how much precision 8 bits leave, and would be invisible.
  const tall = (value: number): number => Math.sqrt(value / most) * HEIGHT;
  const area = counts
    .map((value, at) => {
      const y = (HEIGHT - tall(value)).toFixed(1);
      return `H${(at * step).toFixed(1)}V${y}H${((at + 1) * step).toFixed(1)}`;
    })
    .join('');
  const zero = min < 0 && max > 0 ? (-min / (max - min)) * WIDTH : null;
  const drawn = drawing(
    {
      title: `Weights of ${name}`,
      about: `from ${number(min)} to ${number(max)}, standard deviation ${number(deviation)}`,
      width: WIDTH,
      height: HEIGHT + 18,
    },
    element('path', { d: `M0 ${HEIGHT}${area}V${HEIGHT}Z`, class: 'after' }),
    element('line', { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT, class: 'rule' }),
    zero === null
      ? null
      : element('line', { x1: zero, x2: zero, y1: 0, y2: HEIGHT, class: 'rule' }),
    element('text', { x: 0, y: HEIGHT + 14, class: 'soft small' }, number(min)),
    element(
      'text',
      { x: WIDTH, y: HEIGHT + 14, 'text-anchor': 'end', class: 'soft small' },
      number(max),
    ),
    zero === null || zero < 60 || zero > WIDTH - 60
      ? null
      : element(
          'text',
          { x: zero, y: HEIGHT + 14, 'text-anchor': 'middle', class: 'soft small' },
          '0',
        ),
  );
  const elements = count(shape.reduce((product, size) => product * size, 1));
  return element(
    'figure',
    {},
    element(
      'figcaption',
      {},
      name,
      element('span', { class: 'soft' }, `${shape.join(' × ')}, ${elements} weights`),
    ),
    drawn,
  );
}
