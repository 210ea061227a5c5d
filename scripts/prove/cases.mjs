/** What is proven of an installed package: each case runs in a project of its own kind. */
import path from 'node:path';
import { asCommonJs, readmeExample, verdict } from './example.mjs';

const example = readmeExample();

/** The ways in: import, require, a worker, a bundle. */
export function entryCases(consumer, tools) {
  const { run, write, node, folder } = consumer;
  write('program.mjs', example);
  write('program.cjs', asCommonJs(example));
  write(
    'worker.mjs',
    `import { Worker } from 'node:worker_threads';
new Worker(new URL('./program.mjs', import.meta.url));\n`,
  );
  const esbuild = path.join(tools, 'node_modules', 'esbuild', 'bin', 'esbuild');
  const bundle = [esbuild, 'program.mjs', '--bundle', '--platform=node', '--format=esm'];
  return [
    ['import', () => verdict(run(node, ['program.mjs']))],
    ['require', () => verdict(run(node, ['program.cjs']))],
    ['worker', () => verdict(run(node, ['worker.mjs']))],
    [
      'esbuild, external',
      () => {
        const made = run(node, [...bundle, '--external:libtorch-node', '--outfile=bundle.mjs']);
        if (made.status !== 0) return made.out;
        return verdict(run(node, [path.join(folder, 'bundle.mjs')]));
      },
    ],
  ];
}

/** TypeScript: types are checked, and what tsc wrote runs. */
export function typeCases({ run, write, node }, tools) {
  const modules = path.join(tools, 'node_modules');
  const kinds = [
    ['nodenext', { module: 'nodenext' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ];
  return kinds.map(([name, options]) => [
    `TypeScript, ${name}`,
    () => {
      const compilerOptions = {
        strict: true,
        target: 'es2023',
        lib: ['es2023', 'esnext.disposable'],
        types: ['node'],
        typeRoots: [path.join(modules, '@types')],
        outDir: name,
        ...options,
      };
      write(`src/${name}.ts`, example);
      write(
        `tsconfig.${name}.json`,
        JSON.stringify({ compilerOptions, files: [`src/${name}.ts`] }),
      );
      const tsc = path.join(modules, 'typescript', 'bin', 'tsc');
      const compiled = run(node, [tsc, '-p', `tsconfig.${name}.json`]);
      if (compiled.status !== 0) return compiled.out;
      return verdict(run(node, [path.join(name, `${name}.js`)]));
    },
  ]);
}

/** The command line, of the same project. */
export function commandCases({ run, node, folder }) {
  const cli = path.join(folder, 'node_modules', 'libtorch-node', 'dist', 'cli.js');
  return [
    [
      'doctor finds all it needs',
      () => {
        const { status, out } = run(node, [cli, 'doctor']);
        return status === 0 && out.includes('LibTorch 2.13.0') ? null : out;
      },
    ],
  ];
}

/** Without LibTorch's package: one error with the ways out, and a doctor who says the same. */
export function omittedCases({ run, write, node, folder }) {
  write('program.mjs', example);
  const cli = path.join(folder, 'node_modules', 'libtorch-node', 'dist', 'cli.js');
  const says = (out) => {
    const parts = ['libtorch-node-linux-x64-cpu: is not installed', 'npm install', 'LIBTORCH'];
    return parts.every((part) => out.includes(part));
  };
  return [
    [
      'one error says where and what to do',
      () => {
        const { status, out } = run(node, ['program.mjs']);
        return status !== 0 && says(out) && out.includes('ERR_LIBTORCH_NOT_FOUND') ? null : out;
      },
    ],
    [
      'doctor explains it',
      () => {
        const { status, out } = run(node, [cli, 'doctor']);
        return status === 1 && out.includes('is not installed') && out.includes('npm install')
          ? null
          : out;
      },
    ],
  ];
}

export { example, verdict };
