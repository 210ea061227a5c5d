/**
 * Proves that the package installs and runs as users get it: packs what is published, publishes it to a
 * registry on this machine, installs it in empty projects whose PATH has no compiler, CMake or Python,
 * with every package manager, and runs the README's example. Tools go to `.cache/tools`.
 *
 *     node scripts/prove-install.mjs [--no-pack] [--only=npm,pnpm,...]
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { main, run, Stop, step } from './lib/steps.mjs';
import { packPackages } from './pack-packages.mjs';
import * as cases from './prove/cases.mjs';
import { makeConsumer, npmProgram } from './prove/consumer.mjs';
import { managers } from './prove/managers.mjs';
import { publish, startRegistry } from './prove/registry.mjs';

const tools = inRoot('.cache', 'tools');
const results = [];

async function installTools() {
  const wanted = readFileSync(inRoot('scripts', 'prove', 'tools.json'), 'utf8');
  const manifest = path.join(tools, 'package.json');
  const stamp = path.join(tools, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 'up to date';
  rmSync(tools, { recursive: true, force: true });
  mkdirSync(tools, { recursive: true });
  cpSync(inRoot('scripts', 'prove', 'tools.json'), manifest);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  await run('npm', ['install', ...flags], { cwd: tools });
  cpSync(manifest, stamp);
  return '';
}

/** Runs cases; one that fails does not keep the others from running. */
function prove(group, list) {
  for (const [name, work] of list) {
    const problem = work();
    results.push({ name: `${group}: ${name}`, problem });
    console.log(`  ${problem === null ? '✔' : '✗'} ${group}: ${name}`);
    if (problem !== null) console.log(problem.replace(/^/gm, '      '));
  }
}

function sizeOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files.reduce((sum, entry) => {
    if (!entry.isFile()) return sum;
    return sum + readFileSync(path.join(entry.parentPath ?? entry.path, entry.name)).length;
  }, 0);
}

/** The project that npm installed, for all that does not depend on who installed it. */
function proveWithNpm(consumer) {
  prove('npm', cases.entryCases(consumer, tools));
  prove('npm', cases.typeCases(consumer, tools));
  prove('npm', cases.commandCases(consumer));
  const nodes = ['node20', 'node22', 'node24', 'node26'].map((name) => {
    return path.join(tools, 'node_modules', name, 'bin', 'node');
  });
  for (const node of nodes) {
    const version = consumer.run(node, ['--version']).out.trim();
    const entries = ['program.mjs', 'program.cjs', 'worker.mjs'];
    prove(
      `Node ${version}`,
      entries.map((file) => [file, () => cases.verdict(consumer.run(node, [file]))]),
    );
  }
  console.log(
    `  on disk: ${(sizeOf(path.join(consumer.folder, 'node_modules')) / 1e6).toFixed(1)} MB`,
  );
}

function proveManagers(scratch, registry, only) {
  for (const manager of managers(tools, registry)) {
    if (only.length > 0 && !only.includes(manager.name.split(',')[0].toLowerCase())) continue;
    const consumer = makeConsumer(scratch, manager.name.replace(/\W+/g, '-'), registry);
    for (const [name, text] of Object.entries(manager.files ?? {})) consumer.write(name, text);
    consumer.write('program.mjs', cases.example);
    const installed = consumer.run(...manager.install(consumer));
    const took = `installs in ${installed.seconds.toFixed(1)} s`;
    prove(manager.name, [
      [took, () => (installed.status === 0 ? null : installed.out.slice(-2000))],
      ['runs the example', () => cases.verdict(consumer.run(...manager.execute(consumer)))],
    ]);
    if (manager.name === 'npm' && installed.status === 0) proveWithNpm(consumer);
  }
}

function proveWithoutLibTorch(scratch, registry) {
  const consumer = makeConsumer(scratch, 'omitted', registry);
  const args = ['install', '--ignore-scripts', '--omit=optional', 'libtorch-node', 'zod'];
  const installed = consumer.run(consumer.node, [npmProgram(), ...args]);
  prove('--omit=optional', [
    ['installs', () => (installed.status === 0 ? null : installed.out)],
    ...cases.omittedCases(consumer),
  ]);
}

/** From npm's cache alone, in a second project of the same home. */
function proveOffline(scratch, registry) {
  const consumer = makeConsumer(scratch, 'npm-offline', registry);
  consumer.write('program.mjs', cases.example);
  const cache = path.join(scratch, 'npm-home', '.npm');
  const args = ['install', '--ignore-scripts', '--offline', 'libtorch-node', 'zod'];
  const installed = consumer.run(consumer.node, [npmProgram(), ...args, `--cache=${cache}`]);
  prove('npm --offline', [
    ['installs', () => (installed.status === 0 ? null : installed.out)],
    ['runs the example', () => cases.verdict(consumer.run(consumer.node, ['program.mjs']))],
  ]);
}

async function lintTarball(tarball) {
  const bin = (name, ...parts) => path.join(tools, 'node_modules', name, ...parts);
  const linters = [
    ['publint', [bin('publint', 'src', 'cli.js'), 'run', tarball, '--strict']],
    ['attw', [bin('@arethetypeswrong/cli', 'dist', 'index.js'), tarball, '--profile', 'esm-only']],
  ];
  for (const [name, args] of linters) {
    let problem = null;
    await run(process.execPath, args).catch((error) => {
      problem = error.message;
    });
    results.push({ name, problem });
  }
}

await main(async () => {
  const only =
    process.argv
      .find((arg) => arg.startsWith('--only='))
      ?.slice(7)
      .split(',') ?? [];
  const release = inRoot('.cache', 'release');
  await step('tools', installTools);
  if (!process.argv.includes('--no-pack')) await step('pack', () => void packPackages());
  const names = readdirSync(release).filter((name) => name.endsWith('.tgz'));
  const tarballs = names
    .sort()
    .reverse()
    .map((name) => path.join(release, name));
  const scratch = mkdtempSync(path.join(tmpdir(), 'libtorch-node-prove-'));
  const { url, stop } = await startRegistry(tools, path.join(scratch, 'registry'));
  try {
    await step('publish', () => tarballs.forEach((tarball) => void publish(tarball, url, scratch)));
    await step('package managers', () => proveManagers(scratch, url, only));
    if (only.length === 0) {
      await step('without LibTorch', () => proveWithoutLibTorch(scratch, url));
      await step('without a network', () => proveOffline(scratch, url));
      await step('linters', () => lintTarball(tarballs.find((name) => !/x64/.test(name))));
    }
  } finally {
    stop();
    if (!process.argv.includes('--keep')) rmSync(scratch, { recursive: true, force: true });
  }
  const failed = results.filter(({ problem }) => problem !== null);
  console.log(`${results.length - failed.length} of ${results.length} proven`);
  if (failed.length > 0) throw new Stop(`Not proven: ${failed.map(({ name }) => name).join('; ')}`);
});
