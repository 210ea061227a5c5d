import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { familyCodes, rangeErrorCodes, typeErrorCodes } from '../../src/error-codes.js';
import { collectExamples, root } from './examples/collect.js';
import { makeProject, type Outcome, runExamples } from './examples/project.js';

const examples = collectExamples();

/** Without what differs between a comment and the console: spaces and quotes. */
const plain = (text: string): string => text.replace(/[\s'"]/g, '');

/** Whether a comment says what was printed; `…` stands for anything. */
function agrees(said: string, got: string): boolean {
  const parts = plain(said).split('…');
  const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`).test(plain(got));
}

describe('documented examples', () => {
  let folder: string;
  let outcomes: Outcome[];
  beforeAll(async () => {
    folder = makeProject();
    outcomes = await runExamples(folder, examples);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const [index, { file, line }] of examples.entries()) {
    it(`${file}:${line} compiles, runs, and prints what its comments say`, () => {
      const { types, failure, printed } = outcomes[index] as Outcome;
      expect(types).toEqual([]);
      expect(failure).toBeNull();
      expect(printed.filter(({ said, got }) => !agrees(said, got))).toEqual([]);
    });
  }
});

/** Operators by the hundred: their schema is their description. */
function isGenerated(symbol: ts.Symbol): boolean {
  return symbol.declarations?.[0]?.getSourceFile().fileName.includes('/generated/') ?? false;
}

describe('the documentation', () => {
  it('has every error code in the table of its kind, and no other', () => {
    const text = readFileSync(path.join(root, 'docs', 'errors.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `(ERR_\w+)` \| (\w+) \|/gm)].map(([, code, name]) => {
      return `${code} ${name}`;
    });
    const known = [
      ...typeErrorCodes.map((code) => `${code} TypeError`),
      ...rangeErrorCodes.map((code) => `${code} RangeError`),
      ...Object.entries(familyCodes).map(([code, name]) => `${code} ${name}`),
    ];
    expect(rows.sort()).toEqual(known.sort());
  });

  it.each([
    ['libtorch-node', 'index.d.ts'],
    ['libtorch-node/image', 'image/image.d.ts'],
  ])(
    'describes every export of %s, and shows every function, class and constant in use',
    (_, file) => {
      const entry = path.join(root, 'dist', file);
      const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023 };
      const program = ts.createProgram([entry], {
        ...options,
        skipLibCheck: true,
        types: ['node'],
      });
      const checker = program.getTypeChecker();
      const lacking: string[] = [];
      const visit = (module: ts.Symbol): void => {
        for (const exported of checker.getExportsOfModule(module)) {
          const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
          const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
          if ((symbol.flags & ts.SymbolFlags.ValueModule) !== 0) {
            visit(symbol);
            continue;
          }
          const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
          const tags = symbol.getJsDocTags(checker).map(({ name }) => name);
          if (symbol.getDocumentationComment(checker).length === 0) lacking.push(exported.name);
          else if (isValue && !isGenerated(symbol) && !tags.includes('example')) {
            lacking.push(`${exported.name}: @example`);
          }
        }
      };
      const source = program.getSourceFile(entry) as ts.SourceFile;
      visit(checker.getSymbolAtLocation(source) as ts.Symbol);
      expect(lacking).toEqual([]);
    },
  );
});
