import { readFileSync } from 'node:fs';

/** Samples a second that the model wants. */
export const RATE = 16_000;
/** Samples of one window: 32 ms. */
export const WINDOW = 512;

/** Reads a WAVE file of 16-bit mono PCM. */
function readWave(path) {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new TypeError(`${path}: expected a WAVE file`);
  }
  let rate = 0;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === 'fmt ') {
      const [format, channels, bits] = [0, 2, 14].map((i) => file.readUInt16LE(body + i));
      rate = file.readUInt32LE(body + 4);
      if (format !== 1 || channels !== 1 || bits !== 16) {
        throw new TypeError(
          `${path}: expected 16-bit mono PCM, got format ${format}, ${channels} channels, ${bits} bits`,
        );
      }
    } else if (name === 'data') {
      const samples = new Int16Array(Math.floor(Math.min(size, file.length - body) / 2));
      for (let i = 0; i < samples.length; i++) samples[i] = file.readInt16LE(body + 2 * i);
      return { rate, samples };
    }
    at = body + size + (size & 1);
  }
  throw new TypeError(`${path}: no samples in it`);
}

/**
 * Reads recordings of 16-bit mono PCM, one after another, as one signal of -1..1 at 16 kHz.
 * A rate that is a multiple of 16 kHz is brought down by the mean of each group of samples, which
 * any language computes to the same float32.
 * @param {readonly (string | URL)[]} paths
 * @returns {Float32Array}
 */
export function readRecordings(paths) {
  const parts = paths.map((path) => {
    const { rate, samples } = readWave(path);
    const step = rate / RATE;
    if (!Number.isInteger(step)) {
      throw new RangeError(`${path}: expected a rate that is a multiple of ${RATE}, got ${rate}`);
    }
    return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < step; k++) sum += samples[i * step + k];
      return sum / (32_768 * step);
    });
  });
  const signal = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    signal.set(part, at);
    at += part.length;
  }
  return signal;
}

/**
 * The windows of a signal as rows of one array, the last one filled up with silence.
 * @param {Float32Array} signal
 * @returns {{ count: number, samples: Float32Array }}
 */
export function windows(signal) {
  const count = Math.ceil(signal.length / WINDOW);
  const samples = new Float32Array(count * WINDOW);
  samples.set(signal);
  return { count, samples };
}

/**
 * Joins windows to segments of speech: one begins at a probability of `start`, ends after 100 ms
 * below `end`, counts from 250 ms on and is padded by 30 ms on each side.
 * @param {ArrayLike<number>} probabilities one for each window
 * @param {number} length samples of the signal
 * @returns {{ start: number, end: number }[]} in samples
 */
export function speechSegments(probabilities, length, { start = 0.5, end = 0.35 } = {}) {
  const [silence, shortest, pad] = [0.1, 0.25, 0.03].map((seconds) => seconds * RATE);
  const segments = [];
  const close = (from, to) => {
    if (to - from > shortest) segments.push({ start: from, end: to });
  };
  let from = -1;
  let quietSince = -1;
  for (let i = 0; i < probabilities.length; i++) {
    const now = i * WINDOW;
    const probability = probabilities[i];
    if (probability >= start) {
      quietSince = -1;
      if (from < 0) from = now;
    } else if (from >= 0 && probability < end) {
      if (quietSince < 0) quietSince = now;
      if (now - quietSince >= silence) {
        close(from, quietSince);
        from = -1;
        quietSince = -1;
      }
    }
  }
  if (from >= 0) close(from, length);
  return segments.map((segment, i) => {
    const before = segments[i - 1];
    const after = segments[i + 1];
    // Neighbours that are nearer than two pads share the pause between them.
    const left = before ? Math.min(pad, Math.floor((segment.start - before.end) / 2)) : pad;
    const right = after ? Math.min(pad, Math.floor((after.start - segment.end) / 2)) : pad;
    return {
      start: Math.max(0, segment.start - left),
      end: Math.min(length, segment.end + right),
    };
  });
}
