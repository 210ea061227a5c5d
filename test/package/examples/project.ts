/** A project of a user of the package, in a temporary folder, whose files are the examples. */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { fixture } from '../../fixtures/fixtures.js';
import { inFixtures } from '../../fixtures/folder.js';
import { type Example, root } from './collect.js';

/** What became of an example. */
export interface Outcome {
  /** Type errors, with their lines in the documentation. */
  readonly types: string[];
  /** The stack of what it threw, or how its process ended. */
  readonly failure: string | null;
  /** Where a comment says what is printed: the comment, and what was. */
  readonly printed: readonly { line: number; said: string; got: string }[];
}

/** Modules by the names that the documentation gives them. */
const models = [
  'echo',
  'extra-files',
  'mlp',
  'objects',
  'raises',
  'resnet',
  'slow',
  'stateful-counter',
];
const digits = path.join(root, 'examples', 'digits');

const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmit: true,
  allowJs: true,
  checkJs: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
};

/** The folder with the package, its peers, the models and the images. */
export function makeProject(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'libtorch-node-examples-'));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(root, path.join(folder, 'node_modules', 'libtorch-node'));
  for (const name of ['zod', 'sharp', '@types']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  for (const name of models) copyFileSync(fixture(name), path.join(folder, `${name}.pt`));
  for (const name of ['mlp.ptl', 'bundled.ptl']) {
    copyFileSync(inFixtures('mobile', name), path.join(folder, name));
  }
  copyFileSync(fixture('state-dict.pt'), path.join(folder, 'state-dict.pt'));
  for (const name of readdirSync(digits).filter((file) => file.endsWith('.pt'))) {
    copyFileSync(path.join(digits, name), path.join(folder, name));
  }
  for (const name of ['photo.jpg', 'portrait.png']) {
    copyFileSync(inFixtures('images', name), path.join(folder, name));
  }
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

const nameOf = (index: number, { language }: Example): string => {
  return `example-${index}.${language === 'ts' ? 'mts' : 'mjs'}`;
};

/** Compiles all examples in one program, as a strict user would; errors by index. */
function typeErrors(folder: string, examples: readonly Example[]): string[][] {
  const files = examples.map((example, index) => {
    const file = path.join(folder, nameOf(index, example));
    writeFileSync(file, example.code);
    return file;
  });
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => folder;
  const program = ts.createProgram(files, options, host);
  const errors: string[][] = examples.map(() => []);
  for (const { file, start = 0, messageText } of ts.getPreEmitDiagnostics(program)) {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    const index = files.indexOf(file?.fileName ?? '');
    const example = examples[index];
    if (file === undefined || example === undefined) throw new Error(text);
    const line = example.line + file.getLineAndCharacterOfPosition(start).line;
    errors[index]?.push(`${example.file}:${line}: ${text}`);
  }
  return errors;
}

/** What a comment behind a `console.log` on its line promises. */
const promise = /^(.*?)console\.log\((.*)\);? \/\/ (.+)$/;

/** JavaScript that reports what it prints where a comment says what that is. */
function instrument({ code, language }: Example): { program: string; said: Map<number, string> } {
  const said = new Map<number, string>();
  const lines = code.split('\n').map((text, index) => {
    const [, before, args, comment] = promise.exec(text) ?? [];
    if (comment === undefined || comment.startsWith('e.g.')) return text;
    said.set(index, comment);
    return `${before}(globalThis.reportPrinted ?? console.log)(${index}, ${args});`;
  });
  const source = lines.join('\n');
  if (language === 'js') return { program: source, said };
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { ...options, noEmit: false, inlineSourceMap: true },
    fileName: 'example.mts',
  });
  return { program: outputText, said };
}

interface Report {
  readonly index: number;
  readonly failure: string | null;
  readonly printed: readonly (readonly [line: number, text: string])[];
}

/** Runs examples one after the other in a process; the one in which it dies has failed too. */
async function runTogether(folder: string, files: readonly string[]): Promise<Report[]> {
  const runner = path.join(root, 'test', 'package', 'examples', 'run.mjs');
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout, stderr, end } = await new Promise<{
    stdout: string;
    stderr: string;
    end: string;
  }>((resolve) => {
    const settings = { cwd: folder, env, encoding: 'utf8', timeout: 120_000 } as const;
    execFile(process.execPath, [runner, ...files], settings, (error, stdout, stderr) => {
      resolve({ stdout, stderr, end: error === null ? '' : error.message });
    });
  });
  const reports = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Report);
  if (reports.length < files.length) {
    const failure = `its process ended: ${end}\n${stderr}`;
    reports.push({ index: indexOf(files[reports.length] as string), failure, printed: [] });
  }
  return reports;
}

const indexOf = (file: string): number => Number(/\d+/.exec(file)?.[0]);

/** The default pool takes its shape once in a process. */
const needsOwnProcess = ({ code }: Example): boolean => /\bconfigure\(/.test(code);

/** Compiles and runs every example; outcomes in their order. */
export async function runExamples(
  folder: string,
  examples: readonly Example[],
): Promise<Outcome[]> {
  const types = typeErrors(folder, examples);
  const instrumented = examples.map(instrument);
  const files = instrumented.map(({ program }, index) => {
    const file = `run-${index}.mjs`;
    writeFileSync(path.join(folder, file), program);
    return file;
  });
  const alone = files.filter((_, index) => needsOwnProcess(examples[index] as Example));
  let waiting = files.filter((file) => !alone.includes(file));
  const reports: Report[] = [];
  while (waiting.length > 0) {
    const done = await runTogether(folder, waiting);
    reports.push(...done);
    waiting = waiting.slice(done.length);
  }
  for (const file of alone) reports.push(...(await runTogether(folder, [file])));
  return examples.map((example, index) => {
    const report = reports.find((one) => one.index === index);
    const said = instrumented[index]?.said ?? new Map<number, string>();
    const printed = [...said].map(([line, text]) => {
      const got = report?.printed.filter(([at]) => at === line).map(([, output]) => output) ?? [];
      return { line: example.line + line, said: text, got: [...new Set(got)].join(' | ') };
    });
    const failure = report === undefined ? 'it was not run' : report.failure;
    return { types: types[index] ?? [], failure, printed };
  });
}
