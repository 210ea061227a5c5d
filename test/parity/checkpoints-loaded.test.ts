import { describe, expect, it } from 'vitest';
import {
  type CheckpointValue,
  loadStateDictSync,
  loadSync,
  setWarningHandler,
  Tensor,
} from '../../src/index.js';
import { goldens, inFixtures } from '../fixtures/folder.js';
import { type Encoded, type EncodedTensor, expectTensor, toInput } from '../fixtures/values.js';

interface CheckpointTensor extends EncodedTensor {
  readonly offset: number;
  readonly requiresGrad: boolean;
}
type Golden =
  | Exclude<Encoded, { tensor: unknown } | { list: unknown } | { dict: unknown }>
  | { readonly tensor: CheckpointTensor }
  | { readonly list: readonly Golden[] }
  | { readonly set: readonly Golden[] }
  | { readonly dict: readonly (readonly [Golden, Golden])[] }
  | { readonly ordered: readonly (readonly [Golden, Golden])[] }
  | { readonly bytes: string }
  | { readonly dtype: string };

function expectCheckpointTensor(actual: unknown, golden: CheckpointTensor, where: string): void {
  expect(actual, where).toBeInstanceOf(Tensor);
  const t = actual as Tensor;
  const facts = [t.dtype, t.shape, t.stride, t.storageOffset, t.requiresGrad];
  const { dtype, shape, stride, offset, requiresGrad } = golden;
  expect(facts, where).toEqual([dtype, shape, stride, offset, requiresGrad]);
  if (golden.dequantized !== undefined) {
    expectTensor((t as unknown as Quantized).dequantize(), golden.dequantized, undefined, where);
  } else if (golden.data !== undefined) {
    expectTensor(t, { dtype, shape, data: golden.data }, undefined, where);
  }
}
interface Quantized {
  dequantize(): Tensor;
}

function expectGolden(actual: CheckpointValue, golden: Golden, where = 'value'): void {
  if ('tensor' in golden) {
    expectCheckpointTensor(actual, golden.tensor, where);
    return;
  }
  if ('list' in golden) {
    const list = actual as readonly CheckpointValue[];
    expect(list.length, where).toBe(golden.list.length);
    golden.list.forEach((item, i) => {
      expectGolden(list[i]!, item, `${where}[${i}]`);
    });
    return;
  }
  if ('set' in golden) {
    expectGolden([...(actual as Set<never>)], { list: golden.set }, where);
    return;
  }
  if ('bytes' in golden) {
    expect(Buffer.from(actual as Uint8Array).toString('base64'), where).toBe(golden.bytes);
    return;
  }
  if ('dtype' in golden) {
    expect(actual, where).toBe(golden.dtype);
    return;
  }
  if ('dict' in golden || 'ordered' in golden) {
    const pairs = 'dict' in golden ? golden.dict : golden.ordered;
    const named = pairs.every(([key]) => 'str' in key);
    expect(actual instanceof Map, where).toBe('ordered' in golden || !named);
    const entries: [unknown, CheckpointValue][] =
      actual instanceof Map ? [...actual] : Object.entries(actual as object);
    if (actual instanceof Map) {
      const keys = pairs.map(([key]) => toInput(key as Encoded));
      expect(new Set(entries.map(([key]) => key)), where).toEqual(new Set(keys));
    }
    for (const [key, item] of pairs) {
      const name = toInput(key as Encoded);
      const found = entries.find(([each]) => each === name);
      expectGolden(found?.[1] as CheckpointValue, item, `${where}.${String(name)}`);
    }
    return;
  }
  expect(actual, where).toEqual(toInput(golden));
}

// Making quantized tensors is deprecated, and LibTorch says so.
setWarningHandler(() => {});

describe('load', () => {
  const files = goldens<{ file: string; value: Golden }[]>('checkpoints.json');
  it.each(files.map(({ file, value }) => [file, value] as const))(
    'gives what Python saved in %s',
    (file, value) => {
      expectGolden(loadSync(inFixtures('checkpoints', file)), value);
    },
  );

  it('keeps the order of a state dict', () => {
    const state = loadStateDictSync(inFixtures('checkpoints', 'training.pt'), { key: 'model' });
    const kinds = ['weight', 'bias'];
    const norm = [...kinds, 'running_mean', 'running_var', 'num_batches_tracked'];
    expect([...state.keys()]).toEqual([
      ...kinds.map((kind) => `0.${kind}`),
      ...norm.map((kind) => `1.${kind}`),
      ...kinds.map((kind) => `2.${kind}`),
    ]);
  });

  it('gives views of one memory where Python saved such', () => {
    for (const name of ['views.pt', 'views-legacy.pt']) {
      const views = loadSync(inFixtures('checkpoints', name)) as Record<string, Tensor>;
      views.base?.copyFrom(new Float32Array(24).fill(-1));
      expect(views.row?.toArray()).toEqual([-1, -1, -1, -1, -1, -1]);
      expect(views.column?.toArray()).toEqual([-1, -1, -1, -1]);
    }
  });
});
