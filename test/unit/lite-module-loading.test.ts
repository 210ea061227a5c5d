import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type AnyModule,
  LiteModule,
  loadModule,
  loadModuleSync,
  Module,
  ones,
  ScriptModule,
} from '../../src/index.js';
import { mobileFile } from '../fixtures/mobile.js';
import { rejected } from './caught.js';
import { lite } from './load-lite.js';

describe('which engine a file gets', () => {
  it('is decided by content, the lite one where it has bytecode', async () => {
    using model = await loadModule(mobileFile('mlp.ptl'), { format: 'auto' });
    expect(model).toBeInstanceOf(LiteModule);
    expect(model).toBeInstanceOf(Module);
    expect(model.format).toBe('lite');
    using script = await loadModule(mobileFile('mlp.ptl'), { format: 'torchscript' });
    expect(script).toBeInstanceOf(ScriptModule);
    const x = ones([3, 16]);
    expect(model.forwardSync(x).equal(script.forwardSync(x))).toBe(true);
  });

  it('is refused where the file has not what was asked for', async () => {
    const error = await rejected(loadModule(mobileFile('mlp.pt'), lite));
    expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_UNSUPPORTED_FORMAT' });
    expect(error.message).toContain('saveLite()');
    const wrong = { format: 'ptl' } as never;
    expect((await rejected(loadModule(mobileFile('mlp.pt'), wrong))).code).toBe(
      'ERR_INVALID_ARG_TYPE',
    );
  });

  it('shows in its type', () => {
    type Loaded<S> = S extends `${string}.ptl` ? AnyModule : ScriptModule;
    expectTypeOf<Loaded<'a.ptl'>>().toEqualTypeOf<AnyModule>();
    const open = (): Promise<AnyModule> => loadModule('model.ptl');
    const known = (): LiteModule => loadModuleSync('model.bin', lite);
    const script = (): Promise<ScriptModule> => loadModule('model.pt');
    expectTypeOf(open).returns.resolves.toExtend<Module>();
    expectTypeOf(known).returns.toHaveProperty('bytecodeVersion');
    expectTypeOf(script).returns.resolves.toHaveProperty('graph');
    const narrow = (model: AnyModule): number | boolean =>
      model.format === 'lite' ? model.bytecodeVersion : model.training;
    expectTypeOf(narrow).returns.toEqualTypeOf<number | boolean>();
  });
});

describe('operators that LibTorch does not have', () => {
  const file = mobileFile('missing-operators.ptl');

  it('are named, all of them, before anything runs', async () => {
    const error = await rejected(loadModule(file, lite));
    expect(error).toMatchObject({ name: 'LoadError', code: 'ERR_MISSING_OPERATORS' });
    expect(error.message).toBe(
      `${file}: it uses operators that this LibTorch does not have:\n  aten::matmu0\n  aten::new_zero0`,
    );
  });

  it('only matter to methods that need them, where the check is left out', async () => {
    using model = await loadModule(file, { ...lite, checkOperators: false });
    expect((await model.forward(ones([2]), 1)).shape).toEqual([2]);
    const error = await rejected(model.run('fails', [ones([2])]));
    expect(error.code).toBe('ERR_MISSING_OPERATORS');
    expect(error.message).toContain('aten::matmu0, aten::new_zero0');
  });
});
