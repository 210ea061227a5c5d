import { describe, expect, expectTypeOf, it } from 'vitest';
import { jit, ones, randn, type ScriptModule, type Tensor, tensor } from '../../../src/index.js';

const forward = (body: string, head = 'self, x: Tensor'): string =>
  `def forward(${head}):\n${body.replace(/^/gm, '    ')}\n`;

describe('compile', () => {
  it('makes a module of several methods, whose text may be indented', () => {
    using model = jit.compile(
      `
      def forward(self, x: Tensor) -> Tensor:
          return self.twice(x) + 1

      def twice(self, x: Tensor, times: int = 2) -> Tensor:
          return x * times
      `,
      { name: 'Twice' },
    );
    expect(model.typeName).toBe('__torch__.Twice');
    expect(model.methods.map(({ name }) => name)).toEqual(['forward', 'twice']);
    expect(model.forwardSync(ones([2])).toArray()).toEqual([3, 3]);
    expect((model.runSync('twice', [ones([1]), 5]) as Tensor).toArray()).toEqual([5]);
    expect(model.training).toBe(true);
    expect(model.eval().training).toBe(false);
  });

  it('follows control flow that depends on values', () => {
    using model = jit.compile<number>(
      forward(
        `
count = 0
while bool(x.sum() > 1):
    x = x / 2
    count += 1
    if count > 10:
        break
for i in range(3):
    if i == 1:
        continue
    count += i
return count`,
      ),
    );
    expect(model.forwardSync(tensor([8]))).toBe(5);
    expect(model.forwardSync(tensor([0]))).toBe(2);
  });

  it('knows lists, dicts, optionals, tuples and strings', async () => {
    using model = jit.compile<[Record<string, number[]>, string | null]>(
      `
def forward(self, sizes: List[int], name: Optional[str] = None) -> Tuple[Dict[str, List[int]], Optional[str]]:
    doubled = [size * 2 for size in sizes]
    out: Dict[str, List[int]] = {'doubled': doubled, 'last': sizes[-1:]}
    if name is not None:
        name = name.upper() + '!'
    return out, name
`,
    );
    expect(await model.forward([1, 2, 3], 'abc')).toEqual([
      { doubled: [2, 4, 6], last: [3] },
      'ABC!',
    ]);
    expect((await model.forward([1]))[1]).toBeNull();
  });

  it('compiles classes, named tuples and functions of the source', () => {
    using model = jit.compile<{ x: Tensor; count: number }>(`
from typing import NamedTuple
import torch

class Pair(NamedTuple):
    x: Tensor
    count: int

class Counter:
    def __init__(self, start: int):
        self.n = start

    def add(self, k: int) -> int:
        self.n += k
        return self.n

def later(x: Tensor) -> Tensor:
    return earlier(x) * 2

def earlier(x: Tensor) -> Tensor:
    return x + 1

@torch.jit.export
def forward(self, x: Tensor) -> Pair:
    counter = Counter(40)
    counter.add(1)
    return Pair(later(x), counter.add(1))
`);
    const { x, count } = model.forwardSync(ones([1]));
    expect([x.toArray(), count]).toEqual([[4], 42]);
  });

  it('has torch, torch.nn.functional and math without imports', () => {
    using model = jit.compile<Tensor[]>(
      forward(`
z = torch.zeros([2, 2], dtype=torch.float64, device=torch.device('cpu'))
y = F.batch_norm(x, torch.zeros([3]), torch.ones([3]), eps=0.0)
s = nn.functional.softmax(x, dim=-1).sum(-1) + torch.linalg.norm(torch.zeros([1]))
n = torch.nn.functional.leaky_relu(-x, 0.5, inplace=True)
with torch.no_grad():
    z += math.pi + ops.aten.relu(torch.ones([1]))
return [z, y, s, n]`),
    );
    const [z, y, s, n] = model.forwardSync(ones([2, 3])).map((t) => t.toArray());
    expect((z as number[][])[0]![0]).toBeCloseTo(Math.PI + 1);
    expect([y, s, n]).toEqual([
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
      [1, 1],
      [
        [-0.5, -0.5, -0.5],
        [-0.5, -0.5, -0.5],
      ],
    ]);
  });

  it.each([
    ['F.relu(x, inplace=True)'],
    ['F.dropout(x, 0.5, training=False)'],
    ['F.cross_entropy(x, torch.zeros([2], dtype=torch.long), reduction="sum")'],
    ['F.embedding(torch.zeros([2], dtype=torch.long), x, padding_idx=-1)'],
    ['F.interpolate(x[None, None], scale_factor=[2.0, 2.0], mode="bilinear")'],
    ['F.mse_loss(x, x)'],
    ['F.layer_norm(x, [3])'],
    ['F.normalize(x)'],
    ['F.pad(x, [1, 1])'],
    ['F.kl_div(x, x, reduction="batchmean")'],
    ['F.instance_norm(x[None])'],
    ['F.unfold(x[None, None], [1, 1])'],
    ['F.gelu(F.silu(F.elu(F.hardtanh(x))))'],
    ['torch.fft.rfft(x).abs() + torch.special.expit(torch.ones([1]))'],
    ['torch.full([2], torch.inf) + math.sqrt(4.0)'],
  ])('compiles %s', (expression) => {
    using model = jit.compile(forward(`return ${expression}`));
    expect(model.forwardSync(ones([2, 3])).dtype).toBe('float32');
  });

  it('raises what the source raises', () => {
    using model = jit.compile(forward(`raise KeyError('no ' + str(x.dim()))`));
    expect(() => model.forwardSync(ones([1]))).toThrow(
      expect.objectContaining({
        code: 'ERR_SCRIPT_RAISED',
        pythonClass: 'builtins.KeyError',
        message: expect.stringContaining('KeyError: no 1'),
      }),
    );
  });

  it('saves what it compiled', async () => {
    const w = randn([2, 2]);
    using model = jit.compile(forward('return F.relu(x @ self.w)'), { parameters: { w } });
    const { loadModule } = await import('../../../src/index.js');
    using loaded = await loadModule(await model.toBytes());
    const x = randn([3, 2]);
    expect(loaded.forwardSync(x).toArray()).toEqual(model.forwardSync(x).toArray());
  });

  it('types the result as the caller says', () => {
    const model = jit.compile<number, [Tensor]>(forward('return int(x.sum())'));
    expectTypeOf(model).toEqualTypeOf<ScriptModule<[Tensor], number>>();
    expect(model.forwardSync(tensor([2, 3]))).toBe(5);
    model.dispose();
  });
});
