import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  arange,
  cat,
  jit,
  nn,
  ones,
  rand,
  randn,
  type ScriptModule,
  slice,
  softmax,
  type Tensor,
  tensor,
  tidy,
  where,
  zeros,
} from '../../../src/index.js';

describe('trace', () => {
  it('makes a module of the operators that a function calls', async () => {
    using model = jit.trace((x) => x.matmul(ones([3, 2])).relu(), [randn([1, 3])], { name: 'Net' });
    expect(model.typeName).toBe('__torch__.Net');
    expect(model.training).toBe(false);
    expect(model.code()).toContain('torch.matmul(x, torch.ones([3, 2]');
    expect((await model.forward(ones([5, 3]))).toArray()).toEqual(Array(5).fill([3, 3]));
  });

  it('takes and gives tensors, arrays and objects of them', () => {
    using model = jit.trace(
      ([a, [b]]: [Tensor, [Tensor]], named: { c: Tensor }) => ({
        sum: a.add(b),
        c: named.c.mul(2),
      }),
      [[ones([2]), [ones([2])]], { c: ones([1]) }],
      { argumentNames: ['pair', 'named'] },
    );
    const { args, returns } = model.methods[0]!;
    expect(args.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'pair: Tuple[Tensor, Tuple[Tensor]]',
      'named: Dict[str, Tensor]',
    ]);
    expect(returns).toBe('Dict[str, Tensor]');
    const { sum, c } = model.forwardSync([ones([2]), [ones([2])]], { c: tensor([3]) });
    expect([sum.toArray(), c.toArray()]).toEqual([[2, 2], [6]]);
  });

  it('gives nested arrays and Maps back as arrays and objects', () => {
    using nested = jit.trace((x) => [x, [x.add(1)]] as const, [ones([1])]);
    expect(nested.forwardSync(ones([1]))[1][0].toArray()).toEqual([2]);
    using map = jit.trace((x) => new Map([['a', x.add(1)]]), [ones([1])]);
    expect(map.forwardSync(ones([1])).a?.toArray()).toEqual([2]);
  });

  it('takes one example as it is', () => {
    using model = jit.trace((x) => x.add(1), ones([2]));
    expect(model.forwardSync(zeros([3])).toArray()).toEqual([1, 1, 1]);
  });

  it('names the arguments as the function does, where it can', () => {
    const names = (fn: (...args: Tensor[]) => Tensor, count: number): string[] => {
      const examples = Array.from({ length: count }, () => ones([1]));
      using model = jit.trace(fn, examples);
      return model.methods[0]!.args.map(({ name }) => name);
    };
    expect(names((image) => image!.add(1), 1)).toEqual(['image']);
    expect(names((a, b) => a!.add(b!), 2)).toEqual(['a', 'b']);
    expect(names((...all) => all[0]!.add(1), 2)).toEqual(['input_0', 'input_1']);
    expect(names((self) => self!.add(1), 1)).toEqual(['input_0']);
    function sum(x: Tensor | undefined, y: Tensor | undefined): Tensor {
      return x!.add(y!);
    }
    expect(names(sum, 2)).toEqual(['x', 'y']);
  });

  it('leaves the examples and what is outside alone', () => {
    const example = ones([2]);
    const outside = ones([2]);
    using model = jit.trace((x) => x.add_(1).add(outside), [example]);
    expect([example.toArray(), outside.toArray()]).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(model.forwardSync(zeros([2])).toArray()).toEqual([2, 2]);
  });

  it.each([
    ['indexing', (x: Tensor) => x.index([slice(0, 2), null, [1, 0]])],
    ['a mask', (x: Tensor) => x.index([x.gt(0)]).sum()],
    ['assignment', (x: Tensor) => x.clone().indexPut_([0], 5)],
    ['factories', (x: Tensor) => zeros([3]).add(arange(3)).add(x)],
    ['values of its own', (x: Tensor) => tensor([1, 2, 3]).mul_(x.sum())],
    ['where', (x: Tensor) => where(x.gt(0), x, zeros([1]))],
    ['lists', (x: Tensor) => cat([x, x.neg()], 1)],
    ['several results', (x: Tensor) => x.max(1).values],
    ['numbers', (x: Tensor) => x.mul(2).add(0.5).pow(2n)],
    ['in place', (x: Tensor) => x.clone().add_(1).relu_()],
    ['views', (x: Tensor) => x.t().reshape(-1).unsqueeze(0)],
    ['dtypes', (x: Tensor) => x.to('float64').to({ dtype: 'int64' })],
    ['scopes', (x: Tensor) => tidy(() => x.add(1).mul(x))],
    ['pooling', (x: Tensor) => nn.functional.maxPool2d(x.reshape(1, 1, 3, 3), 2)],
    ['attention', (x: Tensor) => softmax(x.matmul(x.t()).div(Math.sqrt(3)), -1).matmul(x)],
    ['dropout that is off', (x: Tensor) => nn.functional.dropout(x, { p: 0.5, training: false })],
  ])('records %s', (_what, fn) => {
    const x = rand([3, 3]).sub(0.5);
    using model = jit.trace(fn, [x]);
    const other = rand([3, 3]).sub(0.5);
    expect(model.forwardSync(other).toArray()).toEqual(fn(other).toArray());
  });

  it('bakes shapes in', () => {
    using model = jit.trace((x) => x.reshape(x.shape[0]! * x.shape[1]!), [ones([2, 3])]);
    expect(model.code()).toContain('[6]');
    expect(() => model.forwardSync(ones([3, 3]))).toThrow();
    using flexible = jit.trace((x) => x.reshape(-1), [ones([2, 3])]);
    expect(flexible.forwardSync(ones([3, 3])).shape).toEqual([9]);
  });

  it('calls modules that the function calls', () => {
    using part = jit.compile<[Tensor, Tensor[]], [Tensor]>(
      `
def forward(self, x: Tensor, times: int = 2) -> Tuple[Tensor, List[Tensor]]:
    if bool(x.sum() > 0):
        x = x * times
    return x + self.bias, [x]
`,
      { parameters: { bias: ones([1]) } },
    );
    using model = jit.trace(
      (x) => {
        const [y, [z]] = part.forwardSync(x);
        return (part.runSync('forward', [y, 3]) as [Tensor])[0].add(z!);
      },
      [ones([1])],
    );
    expect([...model.namedParameters().keys()]).toEqual(['module_0.bias']);
    expect(model.forwardSync(tensor([-1])).toArray()).toEqual([0]);
    expect(model.forwardSync(tensor([1])).toArray()).toEqual([12]);
  });

  it('has the types of the function', () => {
    const example: Tensor = ones([1]);
    const pair = (x: Tensor<'float32'>, y: Tensor): [Tensor, Tensor] => [x, y];
    using model = jit.trace(pair, [ones([1]), example]);
    expectTypeOf(model).toEqualTypeOf<
      ScriptModule<[Tensor<'float32'>, Tensor], [Tensor, Tensor]>
    >();
    using one = jit.trace((x) => x.add(1), ones([1]));
    expectTypeOf(one.forward).returns.resolves.toEqualTypeOf<Tensor>();
    using map = jit.trace((x) => new Map([['a', x as Tensor]]), [ones([1])]);
    expectTypeOf(map.forwardSync).returns.toEqualTypeOf<Record<string, Tensor>>();
    // @ts-expect-error a number is no tensor
    expect(() => jit.trace(() => 5, [ones([1])])).toThrow();
  });
});
