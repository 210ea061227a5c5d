import { UsageError } from '../failure.js';
import type { Method, ModuleInput } from '../torch.js';
import { parseType, type TypeTree } from '../types/type-tree.js';
import { type InputSpec, parseInput } from './specs.js';
import type { ValueMaker } from './values.js';

interface Planned {
  readonly name: string;
  readonly type: TypeTree;
  readonly spec: InputSpec;
}

/** What the command line says about the arguments of a method. */
export interface Plan {
  /** The argument that each file of a batch is given as; null without a batch. */
  readonly batched: { readonly name: string; readonly type: TypeTree } | null;
  readonly placed: readonly Planned[];
  readonly named: readonly Planned[];
}

/** Arguments of one run. */
export interface Arguments {
  readonly args: readonly ModuleInput[];
  readonly kwargs: Readonly<Record<string, ModuleInput>>;
  /** For reports, in order. */
  readonly shown: readonly { readonly name: string; readonly value: ModuleInput }[];
}

function isText({ name, of }: TypeTree): boolean {
  return name === 'str' || (name === 'Optional' && of[0]?.name === 'str');
}

/** Puts inputs to arguments: by place, or by `name=` where the method has an argument of that name. */
export function planArguments(method: Method, inputs: readonly string[], isBatch: boolean): Plan {
  const placed: Planned[] = [];
  const named: Planned[] = [];
  const [first] = method.args;
  if (isBatch && first === undefined) {
    throw new UsageError(`--batch: ${method.name} takes no arguments`);
  }
  let place = isBatch ? 1 : 0;
  for (const input of inputs) {
    const name = /^(\w+)=/.exec(input)?.[1];
    const byName = method.args.find((argument) => argument.name === name);
    const argument = byName ?? method.args[place];
    if (argument === undefined) {
      const takes = method.args.map(({ name, type }) => `${name}: ${type}`).join(', ');
      throw new UsageError(`--input ${input}: ${method.name} takes only (${takes})`);
    }
    const type = parseType(argument.type);
    const text = byName === undefined ? input : input.slice(argument.name.length + 1);
    const planned = { name: argument.name, type, spec: parseInput(text, isText(type)) };
    if (byName === undefined) {
      placed.push(planned);
      place++;
    } else {
      named.push(planned);
    }
  }
  const batched = isBatch && first ? { name: first.name, type: parseType(first.type) } : null;
  checkMissing(method, placed.length + (isBatch ? 1 : 0), named);
  return { batched, placed, named };
}

function checkMissing(method: Method, placed: number, named: readonly Planned[]): void {
  const missing = method.args.filter(({ name, hasDefault }, index) => {
    return !hasDefault && index >= placed && !named.some((one) => one.name === name);
  });
  if (missing.length === 0) return;
  const wanted = missing.map(({ name, type }) => `${name}: ${type}`).join(', ');
  const hint = missing.some(({ type }) => type === 'Tensor')
    ? '; for example --input random:1x3x224x224'
    : '';
  throw new UsageError(`${method.name} needs --input for ${wanted}${hint}`);
}

/** Makes the values of one run; `file` is the one of a batch. */
export async function makeArguments(
  plan: Plan,
  maker: ValueMaker,
  file: string | null,
): Promise<Arguments> {
  const args: ModuleInput[] = [];
  const shown: { name: string; value: ModuleInput }[] = [];
  const { batched } = plan;
  if (batched !== null && file !== null) {
    const value = await maker.make({ kind: 'file', path: file, key: null }, batched.type);
    args.push(value);
    shown.push({ name: batched.name, value });
  }
  for (const { name, type, spec } of plan.placed) {
    const value = await maker.make(spec, type);
    args.push(value);
    shown.push({ name, value });
  }
  const kwargs: Record<string, ModuleInput> = Object.create(null) as Record<string, ModuleInput>;
  for (const { name, type, spec } of plan.named) {
    kwargs[name] = await maker.make(spec, type);
    shown.push({ name, value: kwargs[name] });
  }
  return { args, kwargs, shown };
}
