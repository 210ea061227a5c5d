/** The README's first example, and whether it printed what the README says. */
import { readFileSync } from 'node:fs';
import { inRoot } from '../lib/paths.mjs';

const expected = '2';

export function readmeExample() {
  const text = readFileSync(inRoot('README.md'), 'utf8');
  const example = /^## Example\n+```js\n([\s\S]*?)^```/m.exec(text);
  if (!example) throw new Error('README.md has no example under ## Example');
  return example[1];
}

/** The same with require, inside a function: CommonJS has no await outside. */
export function asCommonJs(source) {
  const [head, ...rest] = source.split('\n');
  const required = head.replace(/^import (.*) from ('.*');$/, 'const $1 = require($2);');
  return `${required}\n(async () => {\n${rest.join('\n')}\n})();\n`;
}

/** Null, or the end of what it printed instead. */
export function verdict({ status, out }) {
  if (status === 0 && out.trim() === expected) return null;
  return `status ${status}: ${out.trim().slice(-600)}`;
}
