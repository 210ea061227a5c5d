import type { InspectedClass } from '../../inspect/inspection.js';
import { isName, keyOf, type Names, toName, typeNameOf, valueNameOf } from './names.js';
import { parseType, type TypeTree } from './type-tree.js';

/** Whether a value goes into the model or comes out of it. */
export type Way = 'in' | 'out';

interface NamedTuple {
  readonly name: string;
  readonly schema: string;
  readonly fields: InspectedClass['fields'];
}

const arrayMembers: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Array.prototype));

/** Turns types of TorchScript into TypeScript and zod, and remembers what must be declared for them. */
export class Translator {
  /** What the file must import of the package. */
  readonly imports = new Set<string>();
  /** Whether `Int` must be declared. */
  usesInt = false;
  /** What schemas refer to: 'int', 'float', and those of NamedTuples. */
  readonly schemas = new Set<string>();
  private readonly classes: ReadonlyMap<string, InspectedClass>;
  private readonly tuples = new Map<string, NamedTuple>();
  private readonly names: Names;

  constructor(classes: readonly InspectedClass[], names: Names) {
    this.classes = new Map(classes.map((found) => [found.name, found]));
    this.names = names;
  }

  /** The TypeScript of a type. */
  type(text: string, way: Way): string {
    return this.typeOf(parseType(text), way);
  }

  /** The zod schema of a type. */
  schema(text: string, way: Way): string {
    return this.schemaOf(parseType(text), way);
  }

  /** Every NamedTuple that was met, also inside others. */
  *namedTuples(): Generator<NamedTuple> {
    // Translating the fields of one may add others, which a Map shows to whoever iterates over it.
    for (const tuple of this.tuples.values()) {
      for (const { type } of tuple.fields) this.type(type, 'out');
      yield tuple;
    }
  }

  private use(name: string): string {
    this.imports.add(name);
    return name;
  }

  private int(): string {
    this.usesInt = true;
    return 'Int';
  }

  private tuple(name: string): NamedTuple | null {
    const found = this.classes.get(name);
    if (found?.kind !== 'NamedTuple' || found.fields.length === 0) return null;
    let tuple = this.tuples.get(name);
    if (tuple === undefined) {
      const short = toName(typeNameOf(name.slice(name.lastIndexOf('.') + 1)), 'Tuple');
      const typeName = this.names.take(short);
      this.names.take(`${typeName}Input`);
      const schema = this.names.take(`${valueNameOf(typeName)}Schema`);
      tuple = { name: typeName, schema, fields: found.fields };
      this.tuples.set(name, tuple);
    }
    return tuple;
  }

  private isObject(name: string): boolean {
    return this.classes.get(name)?.kind === 'class' || name.startsWith('__torch__.torch.classes.');
  }

  private typeOf({ name, of }: TypeTree, way: Way): string {
    const [first, second] = of;
    const inner = (tree: TypeTree): string => this.typeOf(tree, way);
    const isIn = way === 'in';
    switch (name) {
      case 'Tensor':
        return this.use('Tensor');
      case 'int':
        return this.int();
      case 'float':
        return 'number';
      case 'complex':
        return isIn ? `number | ${this.use('Complex')}` : this.use('Complex');
      case 'number':
        return `${this.int()} | ${this.use('Complex')}${isIn ? ` | ${this.use('Float')}` : ''}`;
      case 'bool':
        return 'boolean';
      case 'str':
      case 'Device':
        return 'string';
      case 'NoneType':
      case 'None':
        return isIn ? 'null | undefined' : 'null';
      case 'Optional':
        if (first) return `${inner(first)} | null${isIn ? ' | undefined' : ''}`;
        break;
      case 'Union':
        if (first)
          return [...new Set(of.map(inner).flatMap((one) => one.split(' | ')))].join(' | ');
        break;
      case 'List':
        if (first) return `${isIn ? 'readonly ' : ''}${grouped(inner(first))}[]`;
        break;
      case 'Tuple':
        return `${isIn ? 'readonly ' : ''}[${of.map(inner).join(', ')}]`;
      case 'Dict':
        if (first && second) return dictType(first, inner(first), inner(second), isIn);
        break;
      case 'Future':
        if (first && !isIn) return inner(first);
        break;
    }
    const tuple = this.tuple(name);
    if (tuple !== null) return isIn ? `${tuple.name}Input` : tuple.name;
    if (this.isObject(name)) return this.use('ScriptObject');
    return this.use(isIn ? 'ModuleInput' : 'ModuleValue');
  }

  private schemaOf(tree: TypeTree, way: Way): string {
    const { name, of } = tree;
    const [first, second] = of;
    const inner = (one: TypeTree): string => this.schemaOf(one, way);
    const isIn = way === 'in';
    const complex = 'z.object({ re: float, im: float })';
    switch (name) {
      case 'Tensor':
        return `${this.use('tensorSchema')}()`;
      case 'int':
        this.schemas.add('int');
        return 'int';
      case 'float':
        this.schemas.add('float');
        return 'float';
      case 'complex':
        this.schemas.add('float');
        return isIn ? `z.union([float, ${complex}])` : complex;
      case 'bool':
        return 'z.boolean()';
      case 'str':
      case 'Device':
        return 'z.string()';
      case 'NoneType':
      case 'None':
        return isIn ? 'z.null().optional()' : 'z.null()';
      case 'Optional':
        if (first) return `${inner(first)}.${isIn ? 'nullish' : 'nullable'}()`;
        break;
      case 'Union':
        if (first) return `z.union([${of.map(inner).join(', ')}])`;
        break;
      case 'List':
        if (first) return `z.array(${inner(first)})`;
        break;
      case 'Tuple':
        return `z.tuple([${of.map(inner).join(', ')}])`;
      case 'Dict':
        if (first?.name === 'str' && second) return `z.record(z.string(), ${inner(second)})`;
        if (first && second) return `z.map(${inner(first)}, ${inner(second)})`;
        break;
      case 'Future':
        if (first && !isIn) return inner(first);
        break;
    }
    const tuple = this.tuple(name);
    if (tuple !== null && !isIn) {
      this.schemas.add(tuple.schema);
      return tuple.schema;
    }
    return `z.custom<${this.typeOf(tree, way)}>()`;
  }

  /** `x: Int` of a field, as an element with its name or as a property. */
  fieldLists(tuple: NamedTuple, way: Way): { items: string; properties: string } {
    const typed = tuple.fields.map(({ name, type }) => ({ name, type: this.type(type, way) }));
    const labelled = typed.every(({ name }) => isName(name));
    const items = typed.map(({ name, type }) => (labelled ? `${name}: ${type}` : type));
    const shown = way === 'in' ? typed : typed.filter(({ name }) => !arrayMembers.has(name));
    const properties = shown.map(({ name, type }) => `readonly ${keyOf(name)}: ${type}`);
    return { items: items.join(', '), properties: properties.join('; ') };
  }
}

function grouped(type: string): string {
  return type.includes(' ') ? `(${type})` : type;
}

function dictType(key: TypeTree, keyType: string, valueType: string, isIn: boolean): string {
  if (key.name === 'str') {
    return isIn ? `Readonly<Record<string, ${valueType}>>` : `Record<string, ${valueType}>`;
  }
  return `${isIn ? 'ReadonlyMap' : 'Map'}<${keyType}, ${valueType}>`;
}
