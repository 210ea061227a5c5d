/**
 * `npm test`: everything, from a clean clone. `npm test -- unit lint`: only these steps, with what they need.
 * `--keep-going` runs the other steps after one has failed.
 */
import { execFileSync } from 'node:child_process';
import { buildFolders } from './lib/build-folders.mjs';
import { inRoot } from './lib/paths.mjs';
import { prepareInputs, prepareNative, prepareTypeScript } from './lib/prepare.mjs';
import { main, run, Stop, step } from './lib/steps.mjs';

const bin = (...parts) => inRoot('node_modules', ...parts);
const node = (...args) => run(process.execPath, args);

/** Leaks count as failures; undefined behaviour says where. */
const sanitizerOptions = {
  ASAN_OPTIONS: 'detect_leaks=1',
  LSAN_OPTIONS: `suppressions=${inRoot('test', 'lsan.supp')}:print_suppressions=0`,
  UBSAN_OPTIONS: 'print_stacktrace=1',
};

function vitest(project, env = {}) {
  const args = [bin('vitest', 'vitest.mjs'), 'run', '--project', project];
  return run(process.execPath, args, { env });
}

async function fixtures() {
  const { prepareFixtures } = await import('./fixtures.mjs');
  await prepareFixtures((line) => console.log(`  ${line}`));
}

/** Node itself is not instrumented: the sanitizer's library must be in the process before the addon. */
function sanitizedNode() {
  const cxx = process.env.CXX || 'c++';
  const preload = execFileSync(cxx, ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  return {
    ...sanitizerOptions,
    LD_PRELOAD: preload,
    LIBTORCH_NODE_ADDON: buildFolders({ sanitize: true }).addon,
  };
}

const needed = {
  native: ['native build', () => prepareNative({ tests: true })],
  sanitized: ['native build with sanitizers', () => prepareNative({ tests: true, sanitize: true })],
  typescript: ['TypeScript', prepareTypeScript],
  fixtures: ['test fixtures', fixtures],
};

/** In the order in which they run: what fails fast comes first. */
const steps = {
  lint: { needs: [], work: () => node(bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.') },
  format: { needs: [], work: () => node(inRoot('scripts', 'clang-format.mjs')) },
  types: {
    needs: ['native', 'typescript'],
    work: () => node(bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'),
  },
  build: { needs: ['native', 'typescript'], work: () => 'built' },
  core: { needs: ['native', 'fixtures'], work: () => run(buildFolders().coreTest, []) },
  unit: { needs: ['native', 'typescript', 'fixtures'], work: () => vitest('unit') },
  parity: { needs: ['native', 'typescript', 'fixtures'], work: () => vitest('parity') },
  lifecycle: { needs: ['native', 'typescript', 'fixtures'], work: () => vitest('lifecycle') },
  package: { needs: ['native', 'typescript', 'fixtures'], work: () => vitest('package') },
  'core-sanitized': {
    needs: ['sanitized', 'fixtures'],
    work: () => run(buildFolders({ sanitize: true }).coreTest, [], { env: sanitizerOptions }),
  },
  'lifecycle-sanitized': {
    needs: ['native', 'typescript', 'sanitized', 'fixtures'],
    work: () => vitest('lifecycle', sanitizedNode()),
  },
};

await main(async () => {
  const args = process.argv.slice(2);
  const keepGoing = args.includes('--keep-going');
  const names = args.filter((arg) => arg !== '--keep-going');
  const unknown = names.filter((name) => !(name in steps));
  if (unknown.length > 0) {
    throw new Stop(`No step ${unknown.join(', ')}; there are: ${Object.keys(steps).join(', ')}`);
  }
  await prepareInputs();
  const done = new Set();
  const failed = [];
  for (const name of names.length > 0 ? names : Object.keys(steps)) {
    try {
      for (const need of steps[name].needs) {
        if (!done.has(need)) await step(...needed[need]);
        done.add(need);
      }
      await step(name, steps[name].work);
    } catch (error) {
      if (!keepGoing || !(error instanceof Stop)) throw error;
      console.error(error.message);
      failed.push(name);
    }
  }
  if (failed.length > 0) throw new Stop(`Failed: ${failed.join(', ')}`);
});
