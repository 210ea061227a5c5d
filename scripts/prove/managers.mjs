/** The package managers: how each installs, and what runs the example then. */
import path from 'node:path';
import { npmProgram } from './consumer.mjs';

const packages = ['libtorch-node', 'zod'];

export function managers(tools, registry) {
  const bin = (...parts) => path.join(tools, 'node_modules', ...parts);
  const yarn = bin('@yarnpkg/cli-dist', 'bin', 'yarn.js');
  const yarnConfig = (linker) => `nodeLinker: ${linker}
npmRegistryServer: ${registry}
unsafeHttpWhitelist: [localhost]
enableScripts: false
enableTelemetry: false
enableGlobalCache: false
npmMinimalAgeGate: 0
`;
  const viaYarn = (linker) => ({
    name: `Yarn, ${linker}`,
    files: { '.yarnrc.yml': yarnConfig(linker), 'yarn.lock': '' },
    install: ({ node }) => [node, [yarn, 'add', ...packages]],
    execute: ({ node }) => [node, [yarn, 'node', 'program.mjs']],
  });
  return [
    {
      name: 'npm',
      install: ({ node }) => [node, [npmProgram(), 'install', '--ignore-scripts', ...packages]],
      execute: ({ node }) => [node, ['program.mjs']],
    },
    {
      name: 'pnpm',
      install: ({ node }) => {
        return [node, [bin('pnpm', 'bin', 'pnpm.cjs'), 'add', '--ignore-scripts', ...packages]];
      },
      execute: ({ node }) => [node, ['program.mjs']],
    },
    viaYarn('node-modules'),
    viaYarn('pnp'),
    {
      name: 'Bun',
      install: () => {
        return [
          bin('@oven', 'bun-linux-x64', 'bin', 'bun'),
          ['add', '--ignore-scripts', ...packages],
        ];
      },
      execute: () => [bin('@oven', 'bun-linux-x64', 'bin', 'bun'), ['program.mjs']],
    },
    {
      name: 'Deno',
      files: { 'deno.json': '{ "nodeModulesDir": "auto", "minimumDependencyAge": "P0D" }\n' },
      install: () => {
        return [
          bin('@deno', 'linux-x64-glibc', 'deno'),
          ['add', ...packages.map((n) => `npm:${n}`)],
        ];
      },
      execute: () => [bin('@deno', 'linux-x64-glibc', 'deno'), ['run', '-A', 'program.mjs']],
    },
  ];
}
