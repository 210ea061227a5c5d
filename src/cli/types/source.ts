import type { InspectedMethod, ModuleInspection } from '../../inspect/inspection.js';
import { methodMembers, typesOf } from './methods.js';
import { comment, Names, valueNameOf } from './names.js';
import { Translator } from './translator.js';

/** How a file of types is written. */
export interface SourceOptions {
  /** The name of the module's type. */
  readonly name: string;
  /** For the comment at its head. */
  readonly file: string;
  /** Types alone, as a .d.ts has them. */
  readonly declarations: boolean;
}

/** Names that the file imports or that every program has. */
const used = (
  'Complex Float LoadModuleOptions Module ModuleInput ModuleSource ModuleValue RunOptions RunSyncOptions ScriptModule ' +
  'ScriptObject Tensor loadModule tensorSchema z int float Int Array Map Omit Promise Readonly ReadonlyMap Record Object ' +
  'String Number Boolean Function Symbol BigInt Error'
).split(' ');
/** What is imported as a value; the rest as types. */
const values: ReadonlySet<string> = new Set(['loadModule', 'tensorSchema']);

function importLines(imports: ReadonlySet<string>): string[] {
  const sorted = [...imports].sort((a, b) => a.localeCompare(b, 'en'));
  if (sorted.some((name) => values.has(name))) {
    const names = sorted.map((name) => (values.has(name) ? name : `type ${name}`));
    return ['import {', ...names.map((name) => `  ${name},`), "} from 'libtorch-node';"];
  }
  return ['import type {', ...sorted.map((name) => `  ${name},`), "} from 'libtorch-node';"];
}

const intType = [
  '/** An int of the model: a bigint where it lies outside the safe range. */',
  'export type Int = number | bigint;',
  '',
];
const helperTexts = [
  ['int', 'const int = z.union([z.int(), z.bigint()]);'],
  [
    'float',
    "const float = z.custom<number>((value) => typeof value === 'number', 'expected a number');",
  ],
] as const;

/** The schema of `forward`; null where it cannot be called by place alone. */
function signatureLines(
  forward: InspectedMethod | undefined,
  translator: Translator,
): string[] | null {
  if (forward === undefined) return null;
  if (forward.args.some(({ kwOnly, hasDefault }) => kwOnly && !hasDefault)) return null;
  const inputs = forward.args
    .filter(({ kwOnly }) => !kwOnly)
    .map(({ type, hasDefault }) => {
      const schema = translator.schema(type, 'in');
      return hasDefault && !schema.endsWith('.nullish()') ? `${schema}.optional()` : schema;
    });
  const output = translator.schema(forward.returns, 'out');
  return [
    '  inputs: z.tuple([',
    ...inputs.map((input) => `    ${input},`),
    '  ]),',
    `  output: ${output},`,
  ];
}

/** Declarations of the NamedTuples, and their schemas where asked for. */
function tupleLines(translator: Translator): { types: string[]; schemas: string[] } {
  const types: string[] = [];
  const schemas: string[] = [];
  for (const tuple of translator.namedTuples()) {
    const given = translator.fieldLists(tuple, 'out');
    const taken = translator.fieldLists(tuple, 'in');
    const properties = given.properties === '' ? '' : ` & { ${given.properties} }`;
    types.push(
      `/** A NamedTuple of the model: its elements have names. */`,
      `export type ${tuple.name} = [${given.items}]${properties};`,
      `/** What is taken for a ${tuple.name}. */`,
      `export type ${tuple.name}Input = readonly [${taken.items}] | { ${taken.properties} };`,
      '',
    );
    if (!translator.schemas.has(tuple.schema)) continue;
    schemas.push(
      `const ${tuple.schema} = z.custom<${tuple.name}>(`,
      `  (value) => Array.isArray(value) && value.length === ${tuple.fields.length},`,
      `  'expected a ${tuple.name}',`,
      ');',
    );
  }
  return { types, schemas };
}

/** A TypeScript file that types a module: its methods, a signature, and how to load it with both. */
export function typesSource(module: ModuleInspection, options: SourceOptions): string {
  const { declarations, file } = options;
  const names = new Names(used);
  const name = names.take(options.name);
  const value = valueNameOf(name);
  const methodsName = names.take(`${name}Methods`);
  const signatureName = names.take(`${value}Signature`);
  const loadName = names.take(`load${name[0]!.toUpperCase()}${name.slice(1)}`);
  const translator = new Translator(module.classes, names);
  const forward = module.methods.find((method) => method.name === 'forward');

  const lite = module.format === 'lite';
  const members = module.methods.flatMap((method) => methodMembers(method, translator, !lite));
  const signature = declarations ? null : signatureLines(forward, translator);
  const tuples = tupleLines(translator);
  const base = lite ? 'LiteModule' : 'ScriptModule';
  translator.imports.add(base);
  const { parameters, returns } =
    forward === undefined ? { parameters: '', returns: 'never' } : typesOf(forward, translator);
  if (!declarations) {
    for (const needed of ['loadModule', 'LoadModuleOptions', 'ModuleSource']) {
      translator.imports.add(needed);
    }
  }
  const usesZod = signature !== null;
  const fixed = lite ? ", format: 'lite'" : '';
  const given = usesZod
    ? `{ ...options, signature: ${signatureName}${fixed} }`
    : lite
      ? `{ ...options${fixed} }`
      : 'options';
  return [
    '/**',
    ` * Types of ${comment(JSON.stringify(file))}, made by \`libtorch-node types\`.`,
    ' */',
    ...importLines(translator.imports),
    ...(usesZod ? ["import * as z from 'zod';"] : []),
    '',
    ...(translator.usesInt ? intType : []),
    ...tuples.types,
    '/** Methods of the module, and only those. */',
    `export interface ${methodsName} {`,
    ...members,
    '}',
    '',
    '/** The module: its methods first, then what every module has. */',
    `export type ${name} = ${methodsName} & ${base}<[${parameters}], ${returns}>;`,
    ...(usesZod
      ? [
          '',
          ...helperTexts.flatMap(([helper, text]) => (translator.schemas.has(helper) ? text : [])),
          ...tuples.schemas,
          '',
          '/**',
          ' * What `forward` takes and gives, checked at each call. The file does not say dtypes and shapes:',
          " * write down those you know, as in tensorSchema({ dtype: 'float32', shape: ['batch', 3] }).",
          ' */',
          `export const ${signatureName} = {`,
          ...signature,
          '};',
        ]
      : []),
    ...(declarations
      ? []
      : [
          '',
          '/** Loads the module with its types. */',
          `export async function ${loadName}(`,
          '  source: ModuleSource,',
          `  options?: Omit<LoadModuleOptions, 'signature'${lite ? " | 'format'" : ''}>,`,
          `): Promise<${name}> {`,
          `  const loaded: unknown = await loadModule(source, ${given});`,
          `  return loaded as ${name};`,
          '}',
        ]),
    '',
  ].join('\n');
}
