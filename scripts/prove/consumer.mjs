/** A user's project: an empty folder, an empty home, and a PATH that holds Node alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../lib/paths.mjs';

/** npm's own program, to be run by whichever Node. */
export function npmProgram() {
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  return realpathSync(npm);
}

/** Makes a project below a folder; `run` gives { status, out, seconds }. */
export function makeConsumer(scratch, name, registry, node = process.execPath) {
  const folder = path.join(scratch, name);
  const bin = path.join(scratch, `${name}-bin`);
  const home = path.join(scratch, `${name}-home`);
  for (const made of [folder, bin, home]) mkdirSync(made, { recursive: true });
  symlinkSync(node, path.join(bin, 'node'));
  symlinkSync('/bin/sh', path.join(bin, 'sh'));
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(path.join(folder, '.npmrc'), `registry=${registry}\n`);
  cpSync(
    inRoot('examples', 'digits', 'digits-scripted.pt'),
    path.join(folder, 'digits-scripted.pt'),
  );
  const env = { PATH: bin, HOME: home, NO_COLOR: '1', CI: '1' };
  const run = (program, args, more = {}) => {
    const begin = performance.now();
    const child = spawnSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      timeout: 300_000,
      env: { ...env, ...more },
    });
    const out = `${child.stdout ?? ''}${child.stderr ?? ''}${child.error?.message ?? ''}`;
    return { status: child.status, out, seconds: (performance.now() - begin) / 1000 };
  };
  const write = (file, text) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  return { folder, home, node, run, write };
}
