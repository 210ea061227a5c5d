/** lite-memory path|bytes MODEL SMALL: RSS before a lite module is loaded, and its peak until it is. */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadModuleSync, ones } from 'libtorch-node';

const [kind, file, small] = process.argv.slice(2);
const source = kind === 'bytes' ? readFileSync(file) : file;

function statusMb(name) {
  const line = readFileSync('/proc/self/status', 'utf8').match(
    new RegExp(`^${name}:\\s+(\\d+)`, 'm'),
  );
  return Number(line[1]) / 1024;
}

// What the first load and run of all bring in is not the file's.
loadModuleSync(small, { format: 'lite' }).forwardSync(ones([1, 16]));
writeFileSync('/proc/self/clear_refs', '5');
const beforeMb = statusMb('VmRSS');
const model = loadModuleSync(source, { format: 'lite' });
const peakMb = statusMb('VmHWM');
console.log(JSON.stringify({ beforeMb, peakMb, methods: model.methods.length }));
