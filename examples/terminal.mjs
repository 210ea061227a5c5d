// Drawing in a terminal, for the examples: pictures, bars and curves. Without colour it still reads.

const useColor = process.stdout.isTTY === true && process.stdout.hasColors(256);

/** Grey level 0..255 as one of the 24 greys of a 256-colour terminal. */
function grey(value) {
  return 232 + Math.round((value / 255) * 23);
}

/** A pixel of `image` between its own pixels, bilinear, edges repeated. */
function sample({ pixels, width, height }, x, y) {
  const clampX = (v) => Math.min(Math.max(v, 0), width - 1);
  const clampY = (v) => Math.min(Math.max(v, 0), height - 1);
  const left = Math.floor(x);
  const top = Math.floor(y);
  let value = 0;
  for (const [dy, dx] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]) {
    const weight = (1 - Math.abs(x - left - dx)) * (1 - Math.abs(y - top - dy));
    value += weight * pixels[clampY(top + dy) * width + clampX(left + dx)];
  }
  return value;
}

/**
 * Lines that show a grey image with half-block characters: two pixels of the screen in each.
 * @param {{ pixels: Uint8Array, width: number, height: number }} image
 * @param {number} scale screen pixels for each pixel of the image
 */
export function picture(image, scale = 2) {
  const at = (column, row) =>
    sample(image, (column + 0.5) / scale - 0.5, (row + 0.5) / scale - 0.5);
  const lines = [];
  for (let row = 0; row < image.height * scale; row += 2) {
    let line = '';
    for (let column = 0; column < image.width * scale; column++) {
      const upper = at(column, row);
      const lower = at(column, row + 1);
      line += useColor
        ? `\u001b[38;5;${grey(upper)};48;5;${grey(lower)}m▀`
        : ' ▄▀█'[(upper > 127 ? 2 : 0) + (lower > 127 ? 1 : 0)];
    }
    lines.push(useColor ? `${line}\u001b[0m` : line);
  }
  return lines;
}

/** A bar of eighth blocks for a share between 0 and 1. */
export function bar(share, width = 30) {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  return '█'.repeat(eighths >> 3) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7];
}

/**
 * Lines that draw shares between 0 and 1 over time; what does not fit the width is joined by maximum.
 * @param {ArrayLike<number>} values
 * @param {{ width?: number, height?: number }} [size]
 */
export function curve(values, { width = 72, height = 4 } = {}) {
  const columns = Math.min(width, values.length);
  const peaks = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    let peak = 0;
    for (let i = from; i < to; i++) peak = Math.max(peak, values[i]);
    return Math.round(peak * height * 8);
  });
  return Array.from({ length: height }, (_, line) => {
    const floor = (height - 1 - line) * 8;
    return peaks.map((peak) => ' ▁▂▃▄▅▆▇█'[Math.min(Math.max(peak - floor, 0), 8)]).join('');
  });
}
