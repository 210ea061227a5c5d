import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { Names } from '../../../src/cli/types/names.js';
import { typesSource } from '../../../src/cli/types/source.js';
import { Translator } from '../../../src/cli/types/translator.js';
import { parseType } from '../../../src/cli/types/type-tree.js';
import { inspectModuleSync } from '../../../src/inspect/inspect.js';
import type { InspectedMethod } from '../../../src/inspect/inspection.js';
import { fixture } from '../../fixtures/fixtures.js';

const evil = [
  "'; evil(); '",
  '"; evil(); "',
  ['`$', '{evil()}`'].join(''),
  '*/ evil(); /*',
  'a\n} evil();\n{',
  'a\u2028evil();',
  '\\',
  '__proto__',
  'constructor',
  'class',
  '',
  '数',
];

const inspection = inspectModuleSync(fixture('mlp'));

function methodOf(name: string, type = 'Tensor'): InspectedMethod {
  const argument = { name, type, hasDefault: true, default: name, kwOnly: false };
  return { name, args: [argument, { ...argument, kwOnly: true }, argument], returns: type };
}

/** Kinds of statements that a file of types may have. */
const expected: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.VariableStatement,
  ts.SyntaxKind.FunctionDeclaration,
]);

/** Names that are called in a source, and problems of its syntax. */
function look(source: string): { called: Set<string>; problems: string[] } {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.ES2023, true);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: ts.Diagnostic[] };
  const problems = parseDiagnostics.map(({ messageText }) => String(messageText));
  for (const statement of file.statements) {
    if (!expected.has(statement.kind)) problems.push(`a statement: ${statement.getText()}`);
  }
  const called = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) called.add(node.expression.getText());
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { called, problems };
}

describe('a file of types', () => {
  it.each(evil)('lets nothing out of the name %j', (name) => {
    const module = {
      ...inspection,
      methods: [methodOf(name), methodOf('forward', name), methodOf('other', `List[${name}]`)],
      classes: [
        {
          name: `__torch__.${name}`,
          kind: 'NamedTuple' as const,
          fields: [{ name, type: name }],
        },
      ],
    };
    const module2 = {
      ...module,
      methods: [...module.methods, methodOf('tuple', `__torch__.${name}`)],
    };
    for (const declarations of [true, false]) {
      const source = typesSource(module2, { name: 'Net', file: name, declarations });
      const { called, problems } = look(source);
      expect(problems).toEqual([]);
      expect([...called].join(' ')).not.toContain('evil');
    }
  });

  it('does not confuse its own names with those of the model', () => {
    const fields = [{ name: 'values', type: 'Tensor' }];
    const classes = ['Tensor', 'Int', 'Net', 'Promise'].map((name) => {
      return { name: `__torch__.${name}`, kind: 'NamedTuple' as const, fields };
    });
    const methods = classes.map(({ name }) => methodOf('forward', name));
    const source = typesSource(
      { ...inspection, methods, classes },
      { name: 'Net', file: 'x.pt', declarations: false },
    );
    expect(source).toContain('export type Tensor2 = [values: Tensor];');
    expect(source).toContain('export type Net2 = ');
    expect(look(source).problems).toEqual([]);
  });
});

describe('a type of TorchScript', () => {
  const type = (text: string, way: 'in' | 'out'): string =>
    new Translator([], new Names([])).type(text, way);

  it.each([
    ['Tensor', 'Tensor', 'Tensor'],
    ['int', 'Int', 'Int'],
    ['float', 'number', 'number'],
    ['complex', 'number | Complex', 'Complex'],
    ['Device', 'string', 'string'],
    ['NoneType', 'null | undefined', 'null'],
    ['List[int]', 'readonly Int[]', 'Int[]'],
    ['List[Optional[str]]', 'readonly (string | null | undefined)[]', '(string | null)[]'],
    ['List[List[float]]', 'readonly (readonly number[])[]', 'number[][]'],
    ['Tuple[()]', 'readonly []', '[]'],
    [
      'Tuple[Tensor, Tuple[str, bool]]',
      'readonly [Tensor, readonly [string, boolean]]',
      '[Tensor, [string, boolean]]',
    ],
    ['Dict[str, Tensor]', 'Readonly<Record<string, Tensor>>', 'Record<string, Tensor>'],
    ['Dict[int, str]', 'ReadonlyMap<Int, string>', 'Map<Int, string>'],
    [
      'Union[Tensor, Dict[str, Tensor]]',
      'Tensor | Readonly<Record<string, Tensor>>',
      'Tensor | Record<string, Tensor>',
    ],
    ['Future[Tensor]', 'ModuleInput', 'Tensor'],
    ['Any', 'ModuleInput', 'ModuleValue'],
    ['__torch__.Unknown', 'ModuleInput', 'ModuleValue'],
    ['List[', 'ModuleInput', 'ModuleValue'],
    ['int; evil()', 'ModuleInput', 'ModuleValue'],
  ])('%s is typed on its way in and out', (text, given, got) => {
    expect(type(text, 'in')).toBe(given);
    expect(type(text, 'out')).toBe(got);
  });

  it('is read to a limited depth', () => {
    const deep = `${'List['.repeat(100_000)}int${']'.repeat(100_000)}`;
    expect(parseType(deep).name).toBe('?');
    expect(parseType(`${'List['.repeat(40)}int${']'.repeat(40)}`).name).toBe('?');
  });
});
