/**
 * Where Python's torch is, without importing it, and without starting Python each time: the answer is kept
 * until Python, its environment or one of its package folders changes.
 */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The folder of Python's torch package, or why there is none. */
export type PythonProbe =
  | { readonly torch: string }
  | { readonly torch: null; readonly problem: string };

interface Answer {
  /** What the answer depends on besides the folders. */
  readonly key: string;
  readonly torch: string | null;
  /** Package folders with their times of modification: installing torch changes one. */
  readonly folders: readonly (readonly [string, number])[];
}

const script = `
import importlib.util, json, site, sys
sys.path = [p for p in sys.path if p]
spec = importlib.util.find_spec('torch')
places = list(spec.submodule_search_locations or []) if spec else []
print(json.dumps([places[0] if places else None, sys.path + [site.getusersitepackages()]]))
`;

const relevant = [
  'PATH',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'PYTHONPATH',
  'PYTHONHOME',
  'PYENV_VERSION',
];

/** Asks `python3` on the PATH where its torch is. */
export function probePython(env: NodeJS.ProcessEnv): PythonProbe {
  const python = findOnPath('python3', env);
  if (python === null) return { torch: null, problem: 'there is no python3 on the PATH' };
  const key = [python, ...relevant.map((name) => env[name] ?? ''), cwdOfShim(python)].join('\n');
  const file = join(
    env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'),
    'libtorch-node',
    'python.json',
  );
  let answer = readAnswer(file);
  if (answer?.key !== key || !isFresh(answer)) {
    answer = ask(python, key, env);
    if (answer === null) return { torch: null, problem: `${python} does not run` };
    writeAnswer(file, answer);
  }
  const { torch } = answer;
  return torch === null ? { torch, problem: `${python} has no torch` } : { torch };
}

/** A version manager's shim chooses by the current folder. */
function cwdOfShim(python: string): string {
  return python.includes('shims') ? process.cwd() : '';
}

function findOnPath(name: string, env: NodeJS.ProcessEnv): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

function ask(python: string, key: string, env: NodeJS.ProcessEnv): Answer | null {
  try {
    const out = execFileSync(python, ['-c', script], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
    const [torch, path] = JSON.parse(out) as [string | null, string[]];
    return { key, torch, folders: path.map((folder) => [folder, modified(folder)]) };
  } catch {
    return null;
  }
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isFresh(answer: Answer): boolean {
  return (
    (answer.torch === null || existsSync(answer.torch)) &&
    answer.folders.every(([folder, time]) => modified(folder) === time)
  );
}

function readAnswer(file: string): Answer | null {
  try {
    const answer = JSON.parse(readFileSync(file, 'utf8')) as Answer;
    return typeof answer.key === 'string' && Array.isArray(answer.folders) ? answer : null;
  } catch {
    return null;
  }
}

function writeAnswer(file: string, answer: Answer): void {
  try {
    // Not `recursive`: that never returns where the home folder is in a pseudo file system.
    for (const folder of [dirname(dirname(file)), dirname(file)]) {
      if (!existsSync(folder)) mkdirSync(folder);
    }
    // Several may write at once: each writes a file of its own and renames it.
    const temporary = `${file}.${process.pid}.${Math.random()}`;
    writeFileSync(temporary, JSON.stringify(answer));
    renameSync(temporary, file);
  } catch {
    // A read-only home: ask again next time.
  }
}
