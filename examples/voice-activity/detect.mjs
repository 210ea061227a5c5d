// Finds speech in recordings with the scripted, stateful model of the PyPI package silero-vad.
//
//     node examples/voice-activity/detect.mjs [recording.wav ...]
//
// Without an argument it listens to the recordings that setup.mjs fetches.

import { fromBuffer, loadModule } from 'libtorch-node';
import { curve } from '../terminal.mjs';
import { RATE, readRecordings, speechSegments, WINDOW, windows } from './audio.mjs';
import { prepare } from './setup.mjs';

const files = await prepare(console.log);
const paths = process.argv.length > 2 ? process.argv.slice(2) : files.recordings;
const signal = readRecordings(paths);
const { count, samples } = windows(signal);
const seconds = (at) => (at / RATE).toFixed(2).padStart(6);

const model = await loadModule(files.model);
await model.run('reset_states', []);

// The model keeps state from window to window, so they go through it one after another.
const start = performance.now();
const probabilities = new Float32Array(count);
for (let i = 0; i < count; i++) {
  const samplesOfWindow = samples.subarray(i * WINDOW, (i + 1) * WINDOW);
  const window = fromBuffer(samplesOfWindow, { shape: [1, WINDOW] });
  const probability = await model.forward(window, RATE);
  probabilities[i] = probability.item();
  window.dispose();
  probability.dispose();
}
const spent = (performance.now() - start) / count;
model.dispose();

console.log(`${seconds(signal.length).trim()} s of sound in ${paths.length} recordings\n`);
for (const line of curve(probabilities)) console.log(`  │${line}`);
console.log(`  └${'─'.repeat(72)}`);
console.log(`   0 s${seconds(signal.length).padStart(65)} s\n`);
for (const segment of speechSegments(probabilities, signal.length)) {
  console.log(`  speech from ${seconds(segment.start)} s to ${seconds(segment.end)} s`);
}
console.log(`\n  ${spent.toFixed(2)} ms for each window of ${(WINDOW / RATE) * 1000} ms`);
