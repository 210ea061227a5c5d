/** A registry on this machine, whose own packages are what is proven; others come from npm's registry. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Stop } from '../lib/steps.mjs';

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, 'localhost', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const config = (folder, upstream) => `
storage: ${path.join(folder, 'storage')}
max_body_size: 300mb
uplinks:
  upstream:
    url: ${upstream}
packages:
  'libtorch-node*':
    access: $all
    publish: $all
  '**':
    access: $all
    proxy: upstream
log: { type: stdout, format: pretty, level: warn }
`;

/** Starts it; gives its address and how to end it. */
export async function startRegistry(tools, folder) {
  mkdirSync(folder, { recursive: true });
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  writeFileSync(path.join(folder, 'config.yaml'), config(folder, upstream));
  const port = await freePort();
  const url = `http://localhost:${port}/`;
  const program = path.join(tools, 'node_modules', 'verdaccio', 'bin', 'verdaccio');
  const child = spawn(
    process.execPath,
    [program, '--config', path.join(folder, 'config.yaml'), '--listen', `localhost:${port}`],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const stop = () => child.kill();
  process.once('exit', stop);
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(`${url}-/ping`).catch(() => null);
    if (answer?.ok) return { url, stop };
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  stop();
  throw new Stop('verdaccio did not start');
}

/** Publishes a tarball there; the token is nobody's. */
export function publish(tarball, url, home) {
  const token = `--${url.replace(/^http:/, '')}:_authToken=nobody`;
  execFileSync('npm', ['publish', tarball, `--registry=${url}`, token], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: home },
  });
}
