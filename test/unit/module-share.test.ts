import { describe, expect, it } from 'vitest';

import { ones, ScriptModule } from '../../src/index.js';
import { codedAs } from './coded.js';
import { load } from './load-fixture.js';

describe('share', () => {
  it('gives a module over the same weights, until it is disposed', async () => {
    const model = load('mlp');
    const handle = structuredClone(model.share());
    expect(handle).toMatchObject({ kind: 'module', format: 'torchscript', signature: null });
    expect(model.share()).toEqual(handle);
    using other = ScriptModule.fromShared(handle);
    const x = ones([1, 16]);
    expect(other.forwardSync(x).equal(model.forwardSync(x))).toBe(true);
    using changed = ones([4]);
    await model.loadStateDict({ 'fc2.bias': changed }, { strict: false });
    expect(other.stateDict().get('fc2.bias')?.toArray()).toEqual([1, 1, 1, 1]);
    model.dispose();
    expect(() => ScriptModule.fromShared(handle)).toThrow(
      codedAs('ERR_SHARE_REVOKED', 'TorchError'),
    );
    expect(other.forwardSync(x).shape).toEqual([1, 4]);
  });

  it('gives a stateful module its own attributes', () => {
    using model = load('stateful-counter');
    model.forwardSync(ones([1]));
    using other = ScriptModule.fromShared(model.share());
    model.forwardSync(ones([1]));
    expect(model.runSync('peek')).toBe(2);
    other.forwardSync(ones([1]));
    expect(model.runSync('peek')).toBe(2);
  });

  it('carries extra files', () => {
    using model = load('extra-files');
    using other = ScriptModule.fromShared(structuredClone(model.share()));
    expect(String(other.extraFiles['labels.txt'])).toBe('cat\nсобака\n');
  });

  it('refuses what is no handle', () => {
    for (const wrong of [null, {}, { kind: 'tensor', token: 'x' }, 5]) {
      expect(() => ScriptModule.fromShared(wrong as never)).toThrow(
        codedAs('ERR_INVALID_ARG_TYPE'),
      );
    }
  });
});
