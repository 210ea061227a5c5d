import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModuleSync, loadModule, loadModuleSync, ones } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { scratchFolder } from '../fixtures/folder.js';
import { caught, rejected } from './caught.js';

describe('loadModule with rules for operators', () => {
  it('loads what keeps them, from a path and from bytes', async () => {
    const allowOperators = inspectModuleSync(fixture('mlp')).operators;
    const bytes = readFileSync(fixture('mlp'));
    const x = ones([1, 16]);
    const modules = [
      loadModuleSync(fixture('mlp'), { allowOperators }),
      await loadModule(fixture('mlp'), { allowOperators }),
      await loadModule(bytes, { allowOperators, denyOperators: ['aten::save'] }),
      loadModuleSync(fixture('mlp')),
    ];
    const [first, ...others] = modules.map((module) => module.forwardSync(x).toArray());
    for (const other of others) expect(other).toEqual(first);
  });

  it('reads extra files of what it checked', async () => {
    const model = await loadModule(fixture('extra-files'), { denyOperators: ['aten::save'] });
    expect(model.extraFiles['labels.txt']?.toString()).toBe('cat\nсобака\n');
  });

  it('refuses what does not, naming the file and the operators', async () => {
    const rules = { denyOperators: ['aten::relu'] };
    const now = caught(() => loadModuleSync(fixture('mlp'), rules));
    expect(now).toMatchObject({ name: 'LoadError', code: 'ERR_OPERATOR_DENIED' });
    expect(now.message).toBe(
      `${fixture('mlp')}: __torch__.behaviours.Mlp uses operators that are not allowed:\n  aten::relu`,
    );
    const later = await rejected(loadModule(fixture('mlp'), { allowOperators: ['aten::linear'] }));
    expect(later.message).toContain('\n  aten::relu\n  aten::relu_');
    const bytes = readFileSync(fixture('mlp'));
    expect((await rejected(loadModule(bytes, rules))).message).toContain('the given bytes');
  });

  it('judges the lite interpreter by its bytecode too', () => {
    const rules = { denyOperators: ['aten::linear'] };
    expect(caught(() => loadModuleSync(fixture('lite.ptl'), rules)).code).toBe(
      'ERR_OPERATOR_DENIED',
    );
  });

  it('loads what it checked, though the bytes change meanwhile', async () => {
    const bytes = new Uint8Array(readFileSync(fixture('mlp')));
    const pending = loadModule(bytes, { denyOperators: ['aten::save'] });
    bytes.fill(0);
    const model = await pending;
    expect(model.forwardSync(ones([1, 16])).shape).toEqual([1, 4]);
  });

  it('does not hand a file to LibTorch that it cannot read itself', async () => {
    const folder = scratchFolder();
    const file = path.join(folder, 'spoiled.pt');
    const bytes = readFileSync(fixture('mlp'));
    bytes.writeUInt32LE(99, bytes.lastIndexOf('PK\x06\x06') + 32);
    writeFileSync(file, bytes);
    const rules = { denyOperators: [] };
    expect(caught(() => loadModuleSync(file, rules)).code).toBe('ERR_LOAD_FAILED');
    expect((await rejected(loadModule(fixture('state-dict.pt'), rules))).code).toBe(
      'ERR_NOT_A_MODULE',
    );
    const flat = { ...rules, allowFlatbuffer: true };
    expect(caught(() => loadModuleSync(fixture('flatbuffer.ptl'), flat)).code).toBe(
      'ERR_FLATBUFFER_REFUSED',
    );
  });

  it('refuses wrong rules', async () => {
    const wrong = { allowOperators: ['linear'] };
    expect((await rejected(loadModule(fixture('mlp'), wrong))).code).toBe('ERR_INVALID_ARG_VALUE');
    const kind = { denyOperators: 'aten::save' as unknown as string[] };
    expect(caught(() => loadModuleSync(fixture('mlp'), kind)).code).toBe('ERR_INVALID_ARG_TYPE');
  });
});
