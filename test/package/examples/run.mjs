/** run.mjs FILE...: runs examples one after the other, and says in a line of JSON how each went. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, stripVTControlCharacters } from 'node:util';

const write = process.stdout.write.bind(process.stdout);
let printed = [];
let late = null;

// What examples print besides goes nowhere: only reports are on stdout.
console.log = () => {};
globalThis.reportPrinted = (line, ...values) => {
  printed.push([line, stripVTControlCharacters(format(...values))]);
};
process.on('unhandledRejection', (error) => {
  late ??= error;
});

for (const file of process.argv.slice(2)) {
  let failure = null;
  try {
    await import(pathToFileURL(path.resolve(file)).href);
    await new Promise((resolve) => setImmediate(resolve));
    if (late !== null) throw late;
  } catch (error) {
    failure = error instanceof Error ? String(error.stack) : format('threw', error);
  }
  write(`${JSON.stringify({ index: Number(/\d+/.exec(file)[0]), failure, printed })}\n`);
  printed = [];
  late = null;
}
