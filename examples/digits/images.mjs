import { readFileSync } from 'node:fs';
import png from 'pngjs';

const SIZE = 8;

/** Reads a PNG as grey levels 0..255, light ink on dark ground. */
function readGrey(path) {
  const { width, height, data } = png.PNG.sync.read(readFileSync(path));
  const pixels = new Uint8Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]);
  }
  return { width, height, pixels };
}

/**
 * Reads one digit: a square PNG whose side is a multiple of 8, averaged down to 8 x 8.
 * @param {string | URL} path
 */
export function readDigit(path) {
  const { width, height, pixels } = readGrey(path);
  if (width !== height || width % SIZE !== 0) {
    throw new RangeError(
      `${path}: expected a square whose side is a multiple of ${SIZE}, got ${width} x ${height}`,
    );
  }
  const step = width / SIZE;
  const small = new Uint8Array(SIZE * SIZE);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      let sum = 0;
      for (let y = row * step; y < (row + 1) * step; y++) {
        for (let x = column * step; x < (column + 1) * step; x++) sum += pixels[y * width + x];
      }
      small[row * SIZE + column] = Math.round(sum / (step * step));
    }
  }
  return { width: SIZE, height: SIZE, pixels: small };
}

/**
 * Reads the whole test split: the digits of the sheet one after another, and their labels.
 * @returns {{ count: number, pixels: Uint8Array, labels: number[], accuracy: number }}
 */
export function readTestSplit() {
  const facts = JSON.parse(readFileSync(new URL('labels.json', import.meta.url), 'utf8'));
  const { width, pixels } = readGrey(new URL(facts.sheet, import.meta.url));
  const all = new Uint8Array(facts.count * SIZE * SIZE);
  for (let digit = 0; digit < facts.count; digit++) {
    const top = Math.floor(digit / facts.columns) * SIZE;
    const left = (digit % facts.columns) * SIZE;
    for (let row = 0; row < SIZE; row++) {
      const start = (top + row) * width + left;
      all.set(pixels.subarray(start, start + SIZE), (digit * SIZE + row) * SIZE);
    }
  }
  return { count: facts.count, pixels: all, labels: facts.labels, accuracy: facts.accuracy };
}
