import { describe, expect, it } from 'vitest';
import { ByteCursor } from '../../../src/pickle/byte-cursor.js';
import { readWholePickle } from '../../../src/pickle/machine.js';
import { TorchWorld } from '../../../src/pickle/torch-world.js';
import { OrderedDict, PickledObject } from '../../../src/pickle/values.js';
import { PickleWriter } from '../../../src/pickle/writer.js';
import { caught } from '../caught.js';

const limits = { values: 1000, containers: 100, depth: 50 };

/** Reads a pickle written a character a byte. */
function read(text: string, unknown: 'record' | 'refuse' = 'refuse'): unknown {
  const cursor = new ByteCursor(Buffer.from(text, 'latin1'), 'test');
  return readWholePickle(cursor, new TorchWorld('test', unknown), limits);
}

describe('a pickle', () => {
  const protocol0: readonly (readonly [string, unknown])[] = [
    ['N.', null],
    ['I01\n.', true],
    ['I00\n.', false],
    ['I-5\n.', -5],
    ['L123456789012345678901234567890L\n.', 123456789012345678901234567890n],
    ['F0.5\n.', 0.5],
    ["S'it\\'s'\n.", "it's"],
    ['Vtext\n.', 'text'],
    ['(lp0\nI1\naI2\na.', [1, 2]],
    ["(dp0\nS'a'\nI1\ns.", new Map([['a', 1]])],
    ['(I1\nI2\nt.', [1, 2]],
  ];
  it.each(protocol0)('of protocol 0, %j, is read', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  const binary: readonly (readonly [string, unknown])[] = [
    ['\x80\x02K\x05.', 5],
    ['\x80\x02M\x00\x01.', 256],
    ['\x80\x02J\xff\xff\xff\xff.', -1],
    ['\x80\x02\x8a\x01\xff.', -1],
    ['\x80\x02\x8a\x00.', 0],
    ['\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.', 2n ** 64n],
    ['\x80\x02G\x3f\xe0\0\0\0\0\0\0.', 0.5],
    ['\x80\x02]q\x00(K\x01h\x00e0N.', null],
    ['\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x02ab\x94.', 'ab'],
    ['\x80\x03C\x02\x00\xff.', new Uint8Array([0, 255])],
    ['\x80\x04\x8f(K\x01K\x02\x90.', new Set([1, 2])],
    ['\x80\x04(K\x01\x91.', new Set([1])],
    ['\x80\x05\x96\x01\0\0\0\0\0\0\0\x07.', new Uint8Array([7])],
    ['\x80\x02K\x012\x86.', [1, 1]],
  ];
  it.each(binary)('of a binary protocol, %j, is read', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it('keeps what is shared, and lists that contain themselves', () => {
    const list = read(']q\x00(h\x00e.') as unknown[];
    expect(list[0]).toBe(list);
  });

  it('knows OrderedDict and its attributes, and forgets those', () => {
    const dict = read('ccollections\nOrderedDict\n)R}(X\x01\0\0\0aK\x01ub.');
    expect(dict).toBeInstanceOf(OrderedDict);
    expect(dict).toEqual(new OrderedDict());
  });

  it('calls nothing: a class without meaning is an error or a record', () => {
    const text = 'cos\nsystem\n(X\x02\0\0\0lstR.';
    expect(caught(() => read(text))).toMatchObject({ code: 'ERR_UNSUPPORTED_VALUE' });
    expect(read(text, 'record')).toEqual(new PickledObject('os.system', ['ls']));
    const inst = "(S'ls'\nios\nsystem\n.";
    expect(caught(() => read(inst)).message).toContain('os.system');
    const stacked = '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.';
    expect(caught(() => read(stacked)).message).toContain('os.system');
  });

  it('gives a record its state, items and entries', () => {
    const made = read('ca\nb\n)\x81}b(K\x01e(K\x02K\x03u.', 'record') as PickledObject;
    expect(made.state).toEqual(new Map());
    expect([made.items, made.entries]).toEqual([[1], new Map([[2, 3]])]);
  });
});

describe('a damaged pickle is refused', () => {
  it.each([
    ['that is empty', '', 'cut off'],
    ['that is cut off', 'X\x05\0\0\0ab', 'cut off'],
    ['with a length beyond it', '\x8e\0\0\0\0\0\0\0\x01', 'cut off'],
    ['with an unknown instruction', '\x00.', 'no instruction'],
    ['of a later protocol', '\x80\x06N.', 'newer than 5'],
    ['that takes from an empty stack', '.', 'where there is none'],
    ['that takes a mark for a value', '(.', 'where there is none'],
    ['that closes what it did not open', 't.', 'did not open'],
    ['that recalls what was never set', 'h\x07.', 'never set'],
    ['that appends to a number', 'K\x01K\x02a.', 'no list'],
    ['that sets items of a list', '](K\x01K\x02u.', 'no dict'],
    ['with a key without a value', '}(K\x01u.', 'no dict'],
    ['that calls a number', 'K\x01)R.', 'no class'],
    ['that builds a list', ']}b.', 'has none'],
    ['with too many levels', '('.repeat(60), '50 levels'],
    ['with too many containers', ']'.repeat(200), '100 containers'],
    ['with too many values', 'N'.repeat(2000), '1000 values'],
    ['with a huge integer', '\x8b\xff\xff\xff\x7f', 'an integer of'],
    ['with a tensor without storage', 'ctorch._utils\n_rebuild_tensor_v2\n)R.', 'no storage'],
    ['with a storage of no class', '(X\x07\0\0\0storageNNNNtQ.', 'a reference'],
  ])('%s', (_, text, message) => {
    const found = caught(() => read(text));
    expect(found).toMatchObject({ name: 'LoadError', code: 'ERR_LOAD_FAILED' });
    expect(found.message).toContain(message);
  });

  it('with a tensor that reaches beyond its storage', () => {
    const storage = '(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ';
    const tensor = (offset: string): string =>
      `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}K\x02K\x02\x86K\x02K\x01\x86\x89NtR.`;
    expect(read(tensor('K\x00'))).toMatchObject({ shape: [2, 2], dtype: 'float32', offset: 0 });
    expect(caught(() => read(tensor('K\x01'))).message).toContain('beyond its storage');
    expect(caught(() => read(tensor('J\xff\xff\xff\xff'))).message).toContain('the offset');
  });
});

describe('a written pickle', () => {
  it('is read back', () => {
    const integers = [0, 1, -1, 255, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2n ** 53n, -(2n ** 63n)];
    const writer = new PickleWriter();
    writer.raw('](');
    for (const value of [...integers, 2n ** 100n]) writer.integer(value);
    writer.float(-0.5);
    writer.text(`Привет\0${'x'.repeat(5000)}`);
    writer.boolean(true);
    writer.integers([1, 2]);
    writer.raw('e');
    expect(read(Buffer.from(writer.done()).toString('latin1'))).toEqual([
      ...integers,
      2n ** 100n,
      -0.5,
      `Привет\0${'x'.repeat(5000)}`,
      true,
      [1, 2],
    ]);
  });
});
