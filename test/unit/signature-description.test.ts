import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

import {
  loadModuleSync,
  type ModuleSignature,
  moduleFromShared,
  ones,
  type ScriptModule,
  SignatureError,
  type Tensor,
  tensorSchema,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { messageOf } from './signature-error.js';
import { model, signature } from './signed-mlp.js';

const anyTensor = tensorSchema();

describe('model.signature', () => {
  it('is plain data with names', () => {
    expect(model.signature).toEqual({
      inputs: [
        { name: 'image', kind: 'tensor', type: 'Tensor', dtype: 'float32', shape: ['batch', 16] },
      ],
      output: { kind: 'tensor', type: 'Tensor', dtype: 'float32', shape: ['batch', 4] },
    });
    expect(structuredClone(model.signature)).toEqual(model.signature);
    expect(JSON.parse(JSON.stringify(model.signature))).toEqual(model.signature);
    expectTypeOf(model.signature).toEqualTypeOf<ModuleSignature | null>();
  });

  it('comes from the schema of forward when none was given', () => {
    using plain = loadModuleSync(fixture('arguments'));
    expect(plain.signature).toEqual({
      inputs: [
        { name: 'x', kind: 'tensor', type: 'Tensor' },
        { name: 'scale', kind: 'value', type: 'float', optional: true },
        { name: 'times', kind: 'value', type: 'int', optional: true },
        { name: 'name', kind: 'value', type: 'str', optional: true },
        { name: 'sizes', kind: 'value', type: 'List[int]', optional: true },
        { name: 'mask', kind: 'tensor', type: 'Optional[Tensor]', optional: true, nullable: true },
      ],
      output: { kind: 'value', type: 'Tuple[Tensor, str, List[int], bool]' },
    });
  });

  it('shows nested values', () => {
    const output = z.tuple([anyTensor, z.object({ product: anyTensor, difference: anyTensor })]);
    using traced = loadModuleSync(fixture('traced-outputs'), {
      signature: { inputs: { a: anyTensor, b: anyTensor }, output },
    });
    expect(traced.signature?.output).toMatchObject({
      kind: 'tuple',
      items: [
        { kind: 'tensor' },
        { kind: 'object', items: [{ name: 'product' }, { name: 'difference' }] },
      ],
    });
  });
});

describe('a signature stays', () => {
  const wrong = ones([1, 15]);

  it('with a clone', async () => {
    using copy = await model.clone();
    using second = model.cloneSync();
    for (const one of [copy, second]) {
      expect(messageOf(() => one.forwardSync(wrong))).toMatch(/^forward: input 'image'/);
      expect(one.signature).toEqual(model.signature);
    }
  });

  it('with a shared module, in plain data', async () => {
    using owner = loadModuleSync(fixture('mlp'), { signature });
    const handle = structuredClone(owner.share());
    expect(handle.signature).toEqual(owner.signature);
    using other = moduleFromShared<[Tensor<'float32'>], Tensor<'float32'>>(handle);
    expectTypeOf(other).toEqualTypeOf<ScriptModule<[Tensor<'float32'>], Tensor<'float32'>>>();
    expect(other.forwardSync(ones([2, 16])).shape).toEqual([2, 4]);
    expect(messageOf(() => other.forwardSync(wrong))).toMatch(/^forward: input 'image'/);
    await expect(other.forward(wrong)).rejects.toBeInstanceOf(SignatureError);
  });
});
