import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  loadModuleSync,
  loadStateDict,
  loadStateDictSync,
  memoryUsage,
  ones,
  saveToBytesSync,
  type Tensor,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { inFixtures } from '../../fixtures/folder.js';
import { caught, rejected } from '../caught.js';

describe('loadStateDict', () => {
  it('gives tensors by name, ready for a module', async () => {
    const model = loadModuleSync(fixture('mlp'));
    const state = await loadStateDict(fixture('state-dict.pt'));
    expectTypeOf(state).toEqualTypeOf<Map<string, Tensor>>();
    await model.loadStateDict(state);
    expect(model.stateDict().get('fc2.bias')?.equal(state.get('fc2.bias')!)).toBe(true);
  });

  it('finds it in a checkpoint by key, and reads nothing else', async () => {
    const bytes = saveToBytesSync({ ema: { model: { w: ones([2]) } }, 'a.b': { v: ones([1]) } });
    const before = memoryUsage().tensors;
    const state = await loadStateDict(bytes, { key: 'ema.model' });
    expect([[...state.keys()], memoryUsage().tensors]).toEqual([['w'], before + 1]);
    expect([...loadStateDictSync(bytes, { key: 'a.b' }).keys()]).toEqual(['v']);
  });

  it('says where state dicts lie', async () => {
    const found = await rejected(loadStateDict(fixture('checkpoint.pt')));
    expect(found).toMatchObject({ name: 'LoadError', code: 'ERR_STATE_DICT' });
    expect(found.message).toContain("state dicts lie at key 'model'");
    const { message } = caught(() => loadStateDictSync(fixture('checkpoint.pt'), { key: 'no' }));
    expect(message).toContain("'no': expected a dict of tensors by name, got nothing");
    expect(caught(() => loadStateDictSync(fixture('pickled-module.pt'))).message).toContain(
      'whose class only Python has',
    );
    expect(caught(() => loadStateDictSync(fixture('tensor.pt'))).message).toContain('one tensor');
  });

  it('does not mind objects of other classes beside it', () => {
    const file = inFixtures('checkpoints', 'training.pt');
    expect(loadStateDictSync(file, { key: 'model' }).size).toBe(9);
  });
});
