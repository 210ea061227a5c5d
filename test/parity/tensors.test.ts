import { describe, expect, it } from 'vitest';
import type { DType, Tensor } from '../../src/index.js';
import * as torch from '../../src/index.js';
import { tensorGoldens } from '../fixtures/fixtures.js';
import {
  type Encoded,
  type EncodedTensor,
  expectTensor,
  toElements,
  toTensor,
} from '../fixtures/values.js';

interface Call {
  readonly call: string;
  readonly args: readonly unknown[];
  readonly dtype?: DType;
  readonly of?: EncodedTensor;
  readonly parts?: readonly EncodedTensor[];
  readonly result: EncodedTensor;
}
interface Comparison {
  readonly a: EncodedTensor;
  readonly b: EncodedTensor;
  readonly equal: boolean;
  readonly allclose: readonly { readonly options: object; readonly result: boolean }[];
}
interface Goldens {
  readonly factories: readonly Call[];
  readonly random: readonly { readonly seed: number; readonly draws: readonly Call[] }[];
  readonly shapes: readonly Call[];
  readonly conversions: readonly Call[];
  readonly items: readonly {
    readonly tensor: EncodedTensor;
    readonly item?: Encoded;
    readonly array?: Encoded;
  }[];
  readonly comparisons: readonly Comparison[];
}

const goldens = tensorGoldens<Goldens>();
type Function = (...args: unknown[]) => Tensor;
const functions = torch as unknown as Readonly<Record<string, Function>>;

const title = ({ call, args, dtype, of }: Call): string =>
  `${of === undefined ? '' : `${of.dtype} [${of.shape}] `}${call}(${JSON.stringify(args).slice(1, -1)})` +
  (dtype === undefined ? '' : ` ${dtype}`);
const titled = (calls: readonly Call[]): [string, Call][] =>
  calls.map((call) => [title(call), call]);

function make({ call, args, dtype }: Call): Tensor {
  return functions[call]!(...args, dtype === undefined ? {} : { dtype });
}

function method({ call, args, of, parts }: Call): Tensor {
  if (parts !== undefined) return functions[call]!(parts.map(toTensor), ...args);
  const tensor = toTensor(of!);
  if (call === 'permuteThenContiguous') return tensor.permute(args[0] as number[]).contiguous();
  if (call === 'transposeThenReshape') {
    const [from, to, shape] = args as [number, number, number[]];
    return tensor.transpose(from, to).reshape(shape);
  }
  return (tensor as unknown as Record<string, Function>)[call]!(...args);
}

describe('factories give what PyTorch gives', () => {
  it.each(titled(goldens.factories))('%s', (_, call) => {
    expectTensor(make(call), call.result);
  });
});

describe('manualSeed makes the numbers that PyTorch draws', () => {
  it.each(goldens.random.map(({ seed, draws }) => [seed, draws] as const))(
    'after seed %d',
    (seed, draws) => {
      torch.manualSeed(seed);
      for (const call of draws) expectTensor(make(call), call.result, { atol: 0 }, title(call));
    },
  );
});

describe('shapes come out as in PyTorch, strides included', () => {
  it.each(titled(goldens.shapes))('%s', (_, call) => {
    expectTensor(method(call), call.result);
  });
});

describe('to converts elements as PyTorch does', () => {
  it.each(titled(goldens.conversions))('%s', (_, call) => {
    expectTensor(method(call), call.result);
  });
});

describe('elements read as in Python', () => {
  it.each(goldens.items.map((golden) => [JSON.stringify(golden.item ?? golden.array), golden]))(
    '%s',
    (_, golden) => {
      const { tensor, item, array } = golden as Goldens['items'][number];
      const rebuilt = toTensor(tensor);
      if (item !== undefined) {
        expect(rebuilt.item({ bigint: true })).toEqual(toElements(item, tensor.dtype));
      }
      if (array !== undefined) {
        expect(rebuilt.toArray({ bigint: true })).toEqual(toElements(array, tensor.dtype));
      }
    },
  );
});

describe('equal and allclose agree with PyTorch', () => {
  it.each(goldens.comparisons.map((golden, i) => [i, golden] as const))('pair %d', (_, golden) => {
    const [a, b] = [toTensor(golden.a), toTensor(golden.b)];
    expect(a.equal(b)).toBe(golden.equal);
    for (const { options, result } of golden.allclose) {
      const broadcasts = golden.a.shape.length !== golden.b.shape.length;
      expect(a.allclose(b, options), JSON.stringify({ options, broadcasts })).toBe(result);
    }
  });
});
