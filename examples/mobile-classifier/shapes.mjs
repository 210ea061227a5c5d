// Makes photographs of paper shapes on a table: JPEG files, with the light and the blur of a camera.

import sharp from 'sharp';

/** What each shape is, in a square from -1 to 1. */
const outlines = {
  circle: '<circle r="0.9"/>',
  square: '<rect x="-0.8" y="-0.8" width="1.6" height="1.6"/>',
  triangle: '<path d="M0-.95.9.75-.9.75z"/>',
  star: '<path d="M0-1 .25-.34.95-.31.4.13.59.81 0 .42-.59.81-.4.13-.95-.31-.25-.34z"/>',
  ring: '<path fill-rule="evenodd" d="M-.95 0a.95.95 0 1 0 1.9 0 .95.95 0 1 0-1.9 0zM-.5 0a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0z"/>',
  cross: '<path d="M-.3-.95h.6v.65h.65v.6H.3v.65h-.6V.3h-.65v-.6h.65z"/>',
  heart:
    '<path d="M0 .9C-.6.4-.95.05-.95-.35-.95-.9-.2-1 0-.45.2-1 .95-.9.95-.35.95.05.6.4 0 .9z"/>',
  crescent: '<path d="M.35-.9a.95.95 0 1 0 0 1.8.75.75 0 1 1 0-1.8z"/>',
};

export const labels = Object.keys(outlines);

/**
 * A small generator, so that every run makes the same.
 * @param {number} seed
 */
export function generator(seed) {
  let state = seed;
  return (from = 0, to = 1) => {
    state = (state * 48271) % 2147483647;
    return from + (state / 2147483647) * (to - from);
  };
}

/**
 * A JPEG of one shape somewhere near the middle, turned a little.
 * @param {string} label
 * @param {(from?: number, to?: number) => number} random
 * @param {{ width?: number, height?: number }} [size]
 */
export function photograph(label, random, { width = 80, height = 60 } = {}) {
  const hue = random(0, 360);
  const paper = `hsl(${hue} ${random(50, 90)}% ${random(60, 85)}%)`;
  const table = (light) => `hsl(${hue + random(90, 270)} ${random(10, 50)}% ${light}%)`;
  const light = random(12, 35);
  const x = width * random(0.42, 0.58);
  const y = height * random(0.44, 0.56);
  const scale = height * random(0.27, 0.4);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="table" gradientTransform="rotate(${random(0, 90)})">
      <stop stop-color="${table(light)}"/><stop offset="1" stop-color="${table(light * 0.5)}"/>
    </linearGradient>
    <rect width="100%" height="100%" fill="url(#table)"/>
    <g fill="${paper}" transform="translate(${x} ${y}) rotate(${random(-20, 20)}) scale(${scale})">
      ${outlines[label]}
    </g>
  </svg>`;
  return sharp(Buffer.from(svg))
    .flatten()
    .blur(Math.max(0.4, height / 200))
    .jpeg({ quality: 85 })
    .toBuffer();
}
