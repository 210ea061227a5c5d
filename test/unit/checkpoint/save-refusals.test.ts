import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DType, ones, save, saveSync, saveToBytesSync, zeros } from '../../../src/index.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { caught, rejected } from '../caught.js';

describe('save refuses', () => {
  const at = (value: unknown): string => caught(() => saveToBytesSync(value as never)).message;

  it('values that files do not hold, naming the place', () => {
    expect(at({ a: [1, () => 1] })).toContain('value.a[1]: expected tensors');
    expect(at({ a: { d: new Date(0) } })).toContain('value.a.d');
    expect(at(new Map([[{}, 1]]))).toContain('a key');
    expect(at([Symbol('x')])).toContain('value[0]');
    expect(at(2n ** 3000n)).toContain('a longer integer');
    let deep: unknown = 1;
    for (let i = 0; i < 2000; i++) deep = [deep];
    expect(at(deep)).toContain('1000 levels');
  });

  it('what safetensors does not have', () => {
    const to = (value: unknown): unknown =>
      caught(() => saveToBytesSync(value as never, { format: 'safetensors' })).code;
    expect(to([ones([1])])).toBe('ERR_INVALID_ARG_TYPE');
    expect(to({ a: 1 })).toBe('ERR_INVALID_ARG_TYPE');
    expect(to(new Map([[1, ones([1])]]))).toBe('ERR_INVALID_ARG_TYPE');
    expect(to({ a: zeros([1], { dtype: 'complex128' as DType }) })).toBe('ERR_UNSUPPORTED_VALUE');
    expect(to({ __metadata__: ones([1]) })).toBe('ERR_UNSUPPORTED_VALUE');
  });

  it('wrong formats and paths, before anything is written', async () => {
    const file = path.join(scratchFolder(), 'w.pth');
    const wrong = { format: 'onnx' } as never;
    expect(caught(() => saveSync([], file, wrong)).code).toBe('ERR_INVALID_ARG_VALUE');
    expect((await rejected(save([], ''))).code).toBe('ERR_INVALID_ARG_VALUE');
    expect((await rejected(save([() => 1] as never, file))).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(existsSync(file)).toBe(false);
    const nowhere = path.join(file, 'w.pth');
    expect((await rejected(save([], nowhere))).code).toBe('ERR_SAVE_FAILED');
    expect(caught(() => saveSync([], nowhere)).code).toBe('ERR_SAVE_FAILED');
  });

  it('tensors that were disposed', () => {
    const gone = ones([1]);
    gone.dispose();
    expect(caught(() => saveToBytesSync([gone])).code).toBe('ERR_DISPOSED');
  });
});
