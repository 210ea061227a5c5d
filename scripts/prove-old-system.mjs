/**
 * Proves that the tarballs of `.cache/release` run on Debian 11 (glibc 2.31): makes one with debootstrap,
 * unpacks them there, and runs the README's example in it. Needs root and debootstrap.
 *
 *     node scripts/prove-old-system.mjs [FOLDER]      an existing Debian 11 is used as it is
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { main, run, Stop, step } from './lib/steps.mjs';
import { readmeExample, verdict } from './prove/example.mjs';

const system = path.resolve(process.argv[2] ?? inRoot('.cache', 'debian-11'));
const release = inRoot('.cache', 'release');
const node = inRoot('.cache', 'tools', 'node_modules', 'node20', 'bin', 'node');

/** What `npm install` would leave, without npm. */
function makeProject(folder) {
  rmSync(folder, { recursive: true, force: true });
  const modules = path.join(folder, 'node_modules');
  for (const tarball of readdirSync(release).filter((name) => name.endsWith('.tgz'))) {
    const target = path.join(modules, tarball.replace(/-\d+\.\d+\.\d+\.tgz$/, ''));
    mkdirSync(target, { recursive: true });
    execFileSync('tar', [
      '-xzf',
      path.join(release, tarball),
      '-C',
      target,
      '--strip-components=1',
    ]);
  }
  for (const name of ['zod', 'node-gyp-build']) {
    cpSync(inRoot('node_modules', name), path.join(modules, name), { recursive: true });
  }
  const model = 'digits-scripted.pt';
  cpSync(inRoot('examples', 'digits', model), path.join(folder, model));
  writeFileSync(path.join(folder, 'program.mjs'), readmeExample());
  cpSync(node, path.join(folder, 'node'));
}

await main(async () => {
  if (!existsSync(release)) throw new Stop('There are no tarballs: npm run pack:release');
  if (!existsSync(node)) throw new Stop('There is no Node for it: npm run prove:install');
  if (!existsSync(path.join(system, 'etc'))) {
    await step('Debian 11', () => run('debootstrap', ['--variant=minbase', 'bullseye', system]));
  }
  await step("the README's example", () => {
    makeProject(path.join(system, 'opt', 'consumer'));
    // The mount ends with the process.
    const inside = 'ldd --version | head -1 >&2; cd /opt/consumer; exec ./node program.mjs';
    const outside = `mount -t proc proc ${system}/proc && exec chroot ${system} sh -c '${inside}'`;
    const out = execFileSync('unshare', ['--mount', 'sh', '-c', outside], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: '/root' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const problem = verdict({ status: 0, out });
    if (problem !== null) throw new Stop(problem);
    return 'proven';
  });
});
