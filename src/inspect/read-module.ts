import type { ByteSource, Reading } from '../archive/reading.js';
import { damaged } from '../archive/zip-directory.js';
import { makeError } from '../make-error.js';
import { ByteCursor, badPickle } from '../pickle/byte-cursor.js';
import { readWholePickle } from '../pickle/machine.js';
import { storageBytes } from '../pickle/torch-tensor.js';
import { TorchWorld } from '../pickle/torch-world.js';
import { isPickledTensor, PickledObject } from '../pickle/values.js';
import { type BytecodeInspection, readBytecode } from './bytecode.js';
import { type CodeClass, readCode } from './code.js';
import { plainName } from './function-text.js';
import type { InspectedClass, InspectedTensor, ModuleInspection } from './inspection.js';
import { codeLimits, pickleLimits } from './limits.js';
import { type ModuleArchive, needRecord, openModuleArchive } from './module-archive.js';
import { type CalledNames, NameGatherer, noNames } from './operators.js';
import { findRisks } from './risks.js';
import { describeTensor, readContent } from './weights.js';

const CUSTOM = '__torch__.torch.classes.';

function tooMuchCode(source: ByteSource, name: string): Error {
  const { record, total } = codeLimits;
  return makeError(
    'ERR_LOAD_FAILED',
    `${source.name}: '${name}' is too large to inspect: at most ${record} bytes of a file of code ` +
      `are read, and ${total} of all`,
  );
}

function* readCodeFiles(
  { archive }: ModuleArchive,
  names: CalledNames,
): Reading<Map<string, CodeClass>> {
  const classes = new Map<string, CodeClass>();
  let total = 0;
  for (const record of archive.records) {
    const path = /^code\/(.*)\.py$/i.exec(record.name)?.[1];
    if (path === undefined) continue;
    total += record.size;
    if (record.size > codeLimits.record || total > codeLimits.total) {
      throw tooMuchCode(archive.source, record.name);
    }
    const bytes = yield* archive.read(record);
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const gatherer = new NameGatherer(record.name, names);
    const file = readCode(source, path.replaceAll('/', '.'), (line) => gatherer.line(line));
    gatherer.done(file.problem);
    for (const found of file.classes) classes.set(found.name, found);
  }
  return classes;
}

function* readPickled(
  opened: ModuleArchive,
  name: string,
  folder: string | null,
): Reading<{ value: unknown; world: TorchWorld }> {
  const { archive } = opened;
  const bytes = yield* archive.read(needRecord(opened, name));
  const where = `${archive.source.name}: ${name}`;
  const world = new TorchWorld(where, 'record');
  const value = readWholePickle(new ByteCursor(bytes, where), world, pickleLimits);
  if (folder === null) return { value, world };
  for (const storage of world.storages.values()) {
    const record = needRecord(opened, `${folder}/${storage.key}`);
    if (storageBytes(storage) > record.size) {
      throw damaged(archive.source, `'${record.name}' is smaller than its tensor says`);
    }
  }
  return { value, world };
}

function* readConstants(opened: ModuleArchive): Reading<InspectedTensor[]> {
  if (!opened.archive.has('constants.pkl')) return [];
  const { value } = yield* readPickled(opened, 'constants.pkl', 'constants');
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.flatMap((constant, index) =>
    isPickledTensor(constant) ? [describeTensor(`c${index}`, constant)] : [],
  );
}

function* readNumber({ archive }: ModuleArchive, names: readonly string[]): Reading<number | null> {
  for (const name of names) {
    const record = archive.find(name);
    if (record === undefined || record.size > 20) continue;
    const text = Buffer.from(yield* archive.read(record)).toString('latin1');
    if (/^\d+\s*$/.test(text)) return Number(text);
  }
  return null;
}

function* readTable(opened: ModuleArchive): Reading<BytecodeInspection | null> {
  if (opened.format !== 'lite') return null;
  const { value } = yield* readPickled(opened, 'bytecode.pkl', null);
  return readBytecode(value);
}

function methodsOf(
  code: CodeClass | undefined,
  table: BytecodeInspection | null,
): ModuleInspection['methods'] {
  if (code === undefined) {
    return (table?.functions ?? []).map((name) => {
      const short = name.slice(name.lastIndexOf('.') + 1);
      return { name: short, args: [], returns: 'Any' };
    });
  }
  return code.methods.map(({ name, args, returns }) => ({ name, args: args.slice(1), returns }));
}

const kinds: readonly InspectedClass['kind'][] = ['NamedTuple', 'Enum', 'Interface'];

function describeClasses(classes: Iterable<CodeClass>): InspectedClass[] {
  return [...classes]
    .filter(({ base }) => base !== 'Module')
    .map(({ name, base, attributes }) => ({
      name: plainName(name),
      kind: kinds.find((kind) => kind === base) ?? 'class',
      fields: [...attributes].map(([field, type]) => ({ name: field, type })),
    }));
}

function isQuantized(names: CalledNames, tensors: readonly InspectedTensor[]): boolean {
  return (
    [...names.operators].some((name) => name.startsWith('quantized::')) ||
    [...names.customClasses].some((name) => name.startsWith('quantized.')) ||
    tensors.some(({ dtype }) => /^qu?int/.test(dtype))
  );
}

/** Reads everything that an inspection tells. @internal */
export function* readModule(source: ByteSource): Reading<ModuleInspection> {
  const opened = yield* openModuleArchive(source);
  const { archive, format } = opened;
  const names = noNames();
  const classes = yield* readCodeFiles(opened, names);
  const constants = yield* readConstants(opened);
  const { value: root, world } = yield* readPickled(opened, 'data.pkl', 'data');
  if (!(root instanceof PickledObject)) throw badPickle(source.name, 'data.pkl holds no module');
  for (const name of world.globals) {
    if (name.startsWith(CUSTOM)) names.customClasses.add(name.slice(CUSTOM.length));
  }
  const table = yield* readTable(opened);
  for (const { name } of table?.operators ?? []) names.operators.add(name.replace(/\..*/, ''));
  const content = readContent(root, classes, source.name);
  const state = root.state instanceof Map ? root.state : new Map<unknown, unknown>();
  const training: unknown = state.get('training');
  const weights = archive.records.filter(({ name }) => /^(?:data|constants)\//i.test(name));
  const tensors = [...content.parameters, ...content.buffers, ...constants];
  return {
    format,
    bytes: source.size,
    versions: {
      file: yield* readNumber(opened, ['version', '.data/version']),
      bytecode: table?.version ?? null,
    },
    producer: archive.has('.data/serialization_id')
      ? 'PyTorch 2.1 or later'
      : 'PyTorch 2.0 or earlier',
    typeName: plainName(root.typeName),
    training: typeof training === 'boolean' ? training : null,
    frozen: training === undefined && content.parameters.length === 0 && constants.length > 0,
    quantized: isQuantized(names, tensors),
    methods: methodsOf(classes.get(root.typeName), table),
    bytecode: table,
    ...content,
    constants,
    classes: describeClasses(classes.values()),
    weightBytes: weights.reduce((sum, { size }) => sum + size, 0),
    operators: [...names.operators].sort(),
    methodCalls: [...names.methodCalls].sort(),
    customClasses: [...names.customClasses].sort(),
    extraFiles: archive.records
      .filter(({ name }) => /^extra\/./i.test(name))
      .map(({ name, size }) => ({ name: name.slice('extra/'.length), bytes: size })),
    risks: findRisks(names, classes.values()),
  };
}
