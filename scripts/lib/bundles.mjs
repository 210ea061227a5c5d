/** The files that Node loads, made of what tsc compiled. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { inRoot } from './paths.mjs';
import { Stop } from './steps.mjs';

/** The package, its entry for images, and its command line. */
export const bundleNames = ['libtorch-node', 'image', 'cli'];
/** The licences of what is bundled into the command line. */
export const noticesName = 'cli-licenses.txt';

const dist = (...parts) => inRoot('dist', ...parts);
const isBare = (id) => !id.startsWith('.') && !path.isAbsolute(id);

/** The package: dependencies stay the user's own copies. */
async function bundlePackage() {
  const bundle = await rolldown({ input: dist('index.js'), platform: 'node', external: isBare });
  await bundle.write({ file: dist('libtorch-node.js'), format: 'esm', sourcemap: true });
  await bundle.close();
}

/** What other bundles import of an entry as a whole stays an import of its bundle. */
const onePackage = {
  name: 'one-package',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return null;
    const file = path.resolve(path.dirname(importer), source);
    if (file === dist('index.js')) return { id: './libtorch-node.js', external: true };
    if (file === dist('image', 'image.js')) return { id: './image.js', external: true };
    return null;
  },
};

/** The files of a bundle. With the addon's among them, the process would have two copies of the package. */
function modulesOf(name, output) {
  const modules = output.flatMap(({ moduleIds = [] }) => moduleIds);
  if (modules.includes(dist('native', 'addon.js'))) {
    throw new Stop(`dist/${name} holds src/native/addon.ts: import it through src/index.ts`);
  }
  return modules;
}

/** Images: the package itself stays an import. */
async function bundleImage() {
  const bundle = await rolldown({
    input: dist('image', 'image.js'),
    platform: 'node',
    external: isBare,
    plugins: [onePackage],
  });
  const { output } = await bundle.write({ file: dist('image.js'), format: 'esm', sourcemap: true });
  await bundle.close();
  modulesOf('image.js', output);
}

/** The user's own packages, loaded when they are there. */
const peers = new Set(['sharp', 'zod', 'node-gyp-build']);

/** The command line, with the libraries that only it needs. */
async function bundleCommandLine() {
  const bundle = await rolldown({
    input: dist('cli', 'main.js'),
    platform: 'node',
    external: (id) => id.startsWith('node:') || peers.has(id),
    plugins: [onePackage],
  });
  // Without a map: most of it would be that of libraries.
  const { output } = await bundle.write({
    file: dist('cli.js'),
    format: 'esm',
    codeSplitting: false,
  });
  await bundle.close();
  writeNotices(modulesOf('cli.js', output));
}

/** The folder of the package that a file of node_modules belongs to. */
function packageOf(file) {
  const parts = file.split(path.sep);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return null;
  const scoped = parts[at + 1].startsWith('@');
  return parts.slice(0, at + (scoped ? 3 : 2)).join(path.sep);
}

function writeNotices(modules) {
  const folders = [...new Set(modules.map(packageOf))].filter((folder) => folder !== null).sort();
  const texts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file || !existsSync(path.join(folder, file)))
      throw new Stop(`${name} has no licence file`);
    const text = readFileSync(path.join(folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  const head = 'dist/cli.js contains these packages under their own licences.\n';
  writeFileSync(dist(noticesName), [head, ...texts].join(`\n${'-'.repeat(79)}\n\n`));
}

/** Makes all. */
export async function makeBundles() {
  await bundlePackage();
  await bundleImage();
  await bundleCommandLine();
}
