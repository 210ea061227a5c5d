/** What must be on the machine before anything can be built: all that is missing in one message. */
import { spawnSync } from 'node:child_process';
import { Stop } from './steps.mjs';

const oldestNode = [20, 19];
const oldestCMake = [3, 25];
const oldestCompiler = 11;

/** Text that a program prints about itself, or null when it does not run. */
function ask(program, ...args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? stdout : null;
}

function isAtLeast(text, wanted) {
  const found = /(\d+)\.(\d+)/.exec(text ?? '');
  if (!found) return false;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);
}

/** Stops when this Node is too old to run the package. */
export function checkNode() {
  if (isAtLeast(process.versions.node, oldestNode)) return;
  throw new Stop(
    `Node ${process.versions.node} is too old: ${oldestNode.join('.')} or newer is needed. ` +
      'Install it from https://nodejs.org or with a version manager: nvm install 22',
  );
}

/** Stops unless a compiler, CMake and a build program are there. */
export function checkBuildTools() {
  const missing = [];
  const cxx = process.env.CXX || 'c++';
  const compiler =
    ask(cxx, '-dumpversion') ?? (process.env.CXX ? null : ask('g++', '-dumpversion'));
  if (compiler === null || Number.parseInt(compiler, 10) < oldestCompiler) {
    missing.push({
      what: `a C++20 compiler (g++ ${oldestCompiler} or newer)`,
      apt: 'g++',
      dnf: 'gcc-c++',
    });
  }
  const cmake = ask('cmake', '--version');
  if (!isAtLeast(cmake, oldestCMake)) {
    const what = `CMake ${oldestCMake.join('.')} or newer`;
    missing.push({
      what: cmake ? `${what} (${cmake.split('\n')[0]} is too old)` : what,
      apt: 'cmake',
      dnf: 'cmake',
    });
  }
  if (ask('make', '--version') === null && ask('ninja', '--version') === null) {
    missing.push({ what: 'make or ninja', apt: 'make', dnf: 'make' });
  }
  stopIfMissing(
    missing,
    cmake && !isAtLeast(cmake, oldestCMake)
      ? `where that brings an old CMake again: python3 -m pip install --user 'cmake>=${oldestCMake.join('.')}'\n`
      : '',
  );
}

/** The command that runs pip: a program and its first arguments. Stops where there is none. */
export function findPip() {
  const commands = [['python3', '-m', 'pip'], ['pip3'], ['pip']];
  const pip = commands.find(([program, ...args]) => ask(program, ...args, '--version') !== null);
  if (pip) return pip;
  const missing = [{ what: 'pip', apt: 'python3-pip', dnf: 'python3-pip' }];
  if (ask('python3', '--version') === null)
    missing.unshift({ what: 'Python 3', apt: 'python3', dnf: 'python3' });
  return stopIfMissing(missing);
}

function stopIfMissing(missing, hint = '') {
  if (missing.length === 0) return;
  const names = (manager) => missing.map((one) => one[manager]).join(' ');
  throw new Stop(
    `Missing: ${missing.map(({ what }) => what).join(', ')}. Install with\n` +
      `  sudo apt-get install ${names('apt')}     (Debian, Ubuntu)\n` +
      `  sudo dnf install ${names('dnf')}     (Fedora, Rocky)\n` +
      `${hint}and run the same command again.`,
  );
}
