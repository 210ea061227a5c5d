import type { InspectedMethod, ModuleInspection, RiskKind } from '../../inspect/inspection.js';
import { bytes, plural } from '../figures.js';
import { facts, flow, heading, table } from '../table.js';
import { oneLine, paint, width } from '../terminal.js';
import { showLiteral } from './literal.js';
import { moduleTree, shortType } from './module-tree.js';
import { elementsIn, firstOf, tensorSection } from './tensors.js';

const meanings: Readonly<Record<RiskKind, string>> = {
  'file-operator': 'reads or writes files',
  'network-operator': 'speaks to other machines',
  'hidden-operators': 'may call what is not listed',
  'custom-operator': "needs others' native code",
  'custom-class': "needs others' native code",
  setstate: 'runs code while it is loaded',
};

const grave: ReadonlySet<RiskKind> = new Set([
  'file-operator',
  'network-operator',
  'hidden-operators',
]);

function versionsOf({ format, versions }: ModuleInspection): string {
  const name = format === 'lite' ? 'lite interpreter (mobile)' : 'TorchScript';
  const file = versions.file === null ? '' : `, file version ${versions.file}`;
  const bytecode = versions.bytecode === null ? '' : `, bytecode version ${versions.bytecode}`;
  return `${name}${file}${bytecode}`;
}

function modeOf({ training, frozen }: ModuleInspection): string {
  if (frozen) return 'frozen: weights are constants of the code';
  if (training === null) return 'not said by the file';
  return training ? paint('yellow', 'training: call eval() before inference') : 'evaluation';
}

/** `name(a: Tensor, k: int = 3) -> Tensor`, an argument a line where the terminal is narrow. */
function methodLines({ name, args, returns }: InspectedMethod): string[] {
  let star = false;
  const parts = args.map((argument) => {
    const { name: argName, type, hasDefault, default: value, kwOnly } = argument;
    const given = hasDefault ? ` = ${value === undefined ? '…' : showLiteral(value)}` : '';
    const mark = kwOnly && !star ? '*, ' : '';
    star ||= kwOnly;
    return `${mark}${oneLine(argName)}: ${paint('cyan', shortType(type))}${given}`;
  });
  const plain = args.map(({ name: argName, type }) => `${argName}: ${shortType(type)}, `).join('');
  const end = `) -> ${paint('cyan', shortType(returns))}`;
  const head = `  ${paint('bold', oneLine(name))}(`;
  if (plain.length + name.length + returns.length < Math.min(width(), 100) - 12) {
    return [`${head}${parts.join(', ')}${end}`];
  }
  return [head, ...parts.map((part) => `    ${part},`), `  ${end}`];
}

function riskLines({ risks }: ModuleInspection): string[] {
  if (risks.length === 0) return ['', heading('Risks'), `  ${paint('green', 'none found')}`];
  const rows = risks.map(({ kind, detail }) => [
    paint(grave.has(kind) ? 'red' : 'yellow', grave.has(kind) ? '✖' : '⚠'),
    oneLine(detail),
    meanings[kind],
  ]);
  const columns = [{ title: '' }, { title: '', shrinks: true }, { title: '' }];
  return ['', heading('Risks', plural(risks.length, 'finding')), ...table(columns, rows)];
}

function weightsOf({ parameters, buffers, constants, weightBytes }: ModuleInspection): string {
  const held = parameters.length > 0 ? parameters : constants;
  const word = parameters.length > 0 || constants.length === 0 ? 'parameter' : 'constant';
  const beside = buffers.length === 0 ? '' : `, ${plural(buffers.length, 'buffer')}`;
  return `${plural(elementsIn(held), word)}${beside}, ${bytes(weightBytes)}`;
}

/** What a module's file says, for people. */
export function moduleReport(name: string, module: ModuleInspection, all: boolean): string[] {
  const { methods, operators, customClasses, extraFiles } = module;
  const section = (title: string, about: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', heading(title, about), ...lines];
  const [modules, restOfModules] = firstOf(moduleTree(module.modules), all);
  const files = extraFiles.map((file) => [oneLine(file.name), bytes(file.bytes)]);
  return [
    paint('bold', oneLine(name)),
    ...facts([
      ['format', versionsOf(module)],
      ['written by', module.producer],
      ['module', shortType(module.typeName)],
      ['weights', weightsOf(module)],
      ['size', bytes(module.bytes)],
      ['mode', modeOf(module)],
      ['quantized', module.quantized ? 'yes' : 'no'],
    ]),
    ...section('Methods', '', methods.flatMap(methodLines)),
    ...section('Modules', `${module.modules.length}`, [...modules, ...restOfModules]),
    ...tensorSection('Parameters', module.parameters, all),
    ...tensorSection('Buffers', module.buffers, all),
    ...tensorSection('Constants', module.constants, all),
    ...section('Operators', `${operators.length}`, flow(operators.map(oneLine))),
    ...section('C++ classes', '', flow(customClasses.map(oneLine))),
    ...section(
      'Extra files',
      '',
      table(
        [
          { title: '', shrinks: true },
          { title: '', align: 'right' },
        ],
        files,
      ),
    ),
    ...riskLines(module),
  ];
}
