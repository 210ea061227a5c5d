/** Modules that write a file when they are loaded: each does, and none does where rules forbid it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectModule, loadModule, loadModuleSync } from 'libtorch-node';
import { codeOf, done, rejectionOf, step } from './support.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.chdir(folder);
const wrote = () => {
  const found = existsSync('written-on-load');
  rmSync('written-on-load', { force: true });
  return found;
};

const names = JSON.parse(readFileSync(path.join(process.env.FIXTURES, 'crafted.json'), 'utf8'));
for (const name of names) {
  const file = path.join(process.env.FIXTURES, 'crafted', `${name}.pt`);
  step(`${name}: refused`);
  for (const rules of [{ denyOperators: ['aten::save'] }, { allowOperators: ['aten::neg'] }]) {
    assert.equal(
      codeOf(() => loadModuleSync(file, rules)),
      'ERR_OPERATOR_DENIED',
    );
    assert.equal(await rejectionOf(loadModule(file, rules)), 'ERR_OPERATOR_DENIED');
    assert.equal(await rejectionOf(loadModule(readFileSync(file), rules)), 'ERR_OPERATOR_DENIED');
  }
  step(`${name}: inspected`);
  assert.notDeepEqual((await inspectModule(file)).risks, []);
  assert.equal(wrote(), false);
  step(`${name}: loaded`);
  loadModuleSync(file).dispose();
  assert.equal(wrote(), true);
}
done();
