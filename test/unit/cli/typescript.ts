/** A strict project of a user, in which files that the command line wrote are compiled. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { scratchFolder } from '../../fixtures/folder.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const options: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmit: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
};

/** A folder with the package, zod and Node's types in reach. */
export function makeProject(): string {
  const folder = scratchFolder();
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(root, path.join(folder, 'node_modules', 'libtorch-node'));
  for (const name of ['zod', '@types']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
  }
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

/** Type errors of files in a project, as 'file.ts:3: ...'. */
export function typeErrors(folder: string, files: readonly string[]): string[] {
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => folder;
  const names = files.map((file) => path.join(folder, file));
  const program = ts.createProgram(names, options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${path.basename(file?.fileName ?? '')}:${line}: ${text}`;
  });
}

/** JavaScript of a file that compiles. */
export function toJavaScript(source: string): string {
  return ts.transpileModule(source, {
    compilerOptions: { ...options, noEmit: false },
    fileName: 'x.mts',
  }).outputText;
}
