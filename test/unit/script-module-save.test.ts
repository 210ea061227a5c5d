import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

import { loadModule, ones } from '../../src/index.js';
import { coded } from './coded.js';
import { load } from './load-fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'script-module-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('save and toBytes', () => {
  it('write what loads again, with attributes and extra files', async () => {
    using model = load('attributes');
    model.setAttribute('classes', ['new']);
    const x = ones([1, 3]);
    const y = model.forwardSync(x);
    const extraFiles = { 'labels.txt': 'собака', 'data.bin': Uint8Array.of(0, 1, 255) };
    const path = join(folder, 'saved.pt');
    await model.save(path, { extraFiles });
    model.saveSync(pathToFileURL(join(folder, 'sync.pt')), { extraFiles });
    const sources = [
      path,
      join(folder, 'sync.pt'),
      await model.toBytes({ extraFiles }),
      model.toBytesSync({ extraFiles }),
    ];
    for (const source of sources) {
      using again = await loadModule(source);
      expect(again.attribute('classes')).toEqual(['new']);
      expect(again.forwardSync(x).equal(y)).toBe(true);
      expect(String(again.extraFiles['labels.txt'])).toBe('собака');
      expect([...again.extraFiles['data.bin']!]).toEqual([0, 1, 255]);
    }
    expect(await model.toBytes()).toBeInstanceOf(Uint8Array);
    expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK');
  });

  it('reject with the path when it cannot be written', async () => {
    using model = load('mlp');
    const path = join(folder, 'no', 'such', 'folder.pt');
    await expect(model.save(path)).rejects.toMatchObject({
      code: 'ERR_SAVE_FAILED',
      message: expect.stringContaining(path),
    });
    expect(() => model.saveSync(path)).toThrow(coded('ERR_SAVE_FAILED'));
  });

  it('check path and options', async () => {
    using model = load('mlp');
    await expect(model.save('')).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    await expect(model.save(new URL('https://host/a.pt'))).rejects.toThrow('https://host/a.pt');
    expect(() => model.saveSync(5 as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    expect(() => model.saveSync('a.pt', { extra: {} } as never)).toThrow(/extra/);
    await expect(model.toBytes({ extraFiles: { a: 5 as never } })).rejects.toThrow(
      "toBytes: extraFiles 'a': expected a string or Uint8Array, got 5",
    );
  });
});
