import { describe, expect, it } from 'vitest';
import { readCode } from '../../../src/inspect/code.js';
import { type CalledNames, NameGatherer, noNames } from '../../../src/inspect/operators.js';
import { Lexer, type Token } from '../../../src/inspect/tokens.js';

function tokenize(source: string): { readonly tokens: Token[]; readonly problem: string | null } {
  const lexer = new Lexer(source);
  const tokens: Token[] = [];
  for (let token = lexer.next(); token !== null; token = lexer.next()) tokens.push(token);
  return { tokens, problem: lexer.problem };
}
const words = (source: string): string[] => tokenize(source).tokens.map(({ text }) => text);

function gather(source: string): CalledNames {
  const names = noNames();
  const gatherer = new NameGatherer('c.py', names);
  gatherer.done(readCode(source, '__torch__', (line) => gatherer.line(line)).problem);
  return names;
}

describe('tokens', () => {
  it('are those of TorchScript', () => {
    expect(words('x1 = torch.add(a, -1.5e-3j)  # sum\n')).toEqual([
      ...['x1', '=', 'torch', '.', 'add', '(', 'a', ',', '-', '1.5e-3j', ')', '\n'],
    ]);
  });

  it('join lines inside brackets and after a backslash', () => {
    expect(words('f(a,\n  b)\\\n.c\n  d')).toEqual([
      ...['f', '(', 'a', ',', 'b', ')', '.', 'c', '\n', 'd'],
    ]);
    expect(tokenize('a\n  d').tokens[1]).toEqual({ kind: 'newline', text: '\n', indent: 2 });
  });

  it.each([
    ['"a\\"b" c', ['"a\\"b"', 'c']],
    ["'' x", ["''", 'x']],
    ['"""a\n"b""" c', ['"""a\n"b"""', 'c']],
    ["'#' x", ["'#'", 'x']],
    ['# type: (T)', ['# type:', '(', 'T', ')']],
  ])('read texts and comments as LibTorch does: %j', (source, expected) => {
    expect(words(source)).toEqual(expected);
  });

  it.each([
    ['"abc', 'a text without an end'],
    ["'a\nb'", 'a text without an end'],
    ['x = й', 'a character that TorchScript does not have'],
    ['1torch', 'a number that runs into a name'],
    ['0x1torch', 'a number that runs into a name'],
  ])('say where they end early: %j', (source, problem) => {
    expect(tokenize(source).problem).toBe(problem);
  });
});

const NET = `class Net(Module):
  __parameters__ = ["weight", "bias", ]
  __buffers__ = ["mean", ]
  weight : Tensor
  bias : Optional[Tensor]
  ops : Dict[str, List[int]]
  size : Final[Tuple[int, int]] = (1, 2)
  __annotations__["0"] = __torch__.torch.nn.Linear
  def forward(self: __torch__.Net,
    x: Tensor,
    n: int=3,
    scale: Optional[float]=None,
    name: str="a\\"b\\n\\320\\237",
    ks: List[int]=[1, -2],
    big: float=-1.0000000000000001e-05,
    flag: bool=True,
    far: float=-inf) -> Tuple[Tensor, List[str]]:
    def inner():
      return torch.relu(x)
    return x
  def none(self: __torch__.Net) -> NoneType:
    return None
def free(x: Tensor, *, y: int) -> Tensor:
  return x
class Pair(NamedTuple):
  a : int
  b : Tensor
`;

describe('code', () => {
  const { classes, functions } = readCode(NET, '__torch__', () => {});
  const [net, pair] = classes;

  it('has classes with bases, attributes, parameters and buffers', () => {
    expect([net?.name, net?.base, pair?.name, pair?.base]).toEqual([
      ...['__torch__.Net', 'Module', '__torch__.Pair', 'NamedTuple'],
    ]);
    expect([net?.parameters, net?.buffers]).toEqual([['weight', 'bias'], ['mean']]);
    expect(Object.fromEntries(net?.attributes ?? [])).toEqual({
      weight: 'Tensor',
      bias: 'Optional[Tensor]',
      ops: 'Dict[str, List[int]]',
      size: 'Final[Tuple[int, int]]',
      0: '__torch__.torch.nn.Linear',
    });
  });

  it('has methods with types and defaults', () => {
    expect(net?.methods.map(({ name }) => name)).toEqual(['forward', 'none']);
    const [forward] = net?.methods ?? [];
    expect(forward?.returns).toBe('Tuple[Tensor, List[str]]');
    expect(forward?.args.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'self: __torch__.Net',
      'x: Tensor',
      'n: int',
      'scale: Optional[float]',
      'name: str',
      'ks: List[int]',
      'big: float',
      'flag: bool',
      'far: float',
    ]);
    expect(forward?.args.slice(2).map((argument) => argument.default)).toEqual([
      ...[3, null, 'a"b\nП', [1, -2], -1.0000000000000001e-5, true, Number.NEGATIVE_INFINITY],
    ]);
    expect(functions[0]?.args.map(({ kwOnly }) => kwOnly)).toEqual([false, true]);
  });
});

function namesIn(body: string): CalledNames {
  const lines = body.split('\n').map((line) => `    ${line}\n`);
  return gather(
    `class C(Module):\n  def f(self: __torch__.C, x: Tensor) -> Tensor:\n${lines.join('')}`,
  );
}

describe('operators in code', () => {
  it.each([
    ['y = torch.relu(x)', ['aten::relu']],
    ['y = ops.prim.dtype(x)', ['prim::dtype']],
    ['y = torch.autograd.save(x)', ['aten::save']],
    ['y = ops.n.autograd.autograd.save(x)', ['aten::save']],
    ['y = torch . relu (x)', ['aten::relu']],
    ['g = torch.relu', ['aten::relu']],
    ['y = "torch.save(x)"', []],
    ['# torch.save(x)', []],
    ['y = self.torch.save', []],
    ['def g():\n  return torch.relu(x)\ny = fork(g)', ['aten::relu', 'prim::fork']],
  ])('%j names %j', (body, expected) => {
    expect([...namesIn(body).operators]).toEqual(expected);
  });

  it('are told from methods of values', () => {
    const names = namesIn('y = (self.fc).forward(torch.neg(x).relu_())\nz = __torch__.a.b(y)');
    expect([...names.methodCalls]).toEqual(['forward', 'relu_']);
    expect([...names.operators]).toEqual(['aten::neg']);
  });

  it('are told from custom classes', () => {
    const names = namesIn('y = annotate(__torch__.torch.classes.quantized.Packed, x)');
    expect([...names.customClasses]).toEqual(['quantized.Packed']);
  });

  it.each([
    '_0 = __torch__.torch.nn.functional.relu\ny = _0(x)',
    'y = int(x)\nint2 = float(y)',
    'def __forked_function():\n  return x\nf = fork(__forked_function)',
    'y = annotate(List[Tensor], [])\nfor i in range(3):\n  y = [x]',
    'if torch.eq(x, 1) == True:\n  pass',
  ])('are not hidden where PyTorch writes so: %j', (body) => {
    expect([...namesIn(body).hidden]).toEqual([]);
  });

  it.each([
    'f = torch.save\nf(x, "p")',
    'f = x.add_\nf(x)',
    't = torch\nt.save(x, "p")',
    'n = ops.aten\nn.save(x, "p")',
    'getattr(torch, "save")(x, "p")',
    'f = getattr(torch, "save")\nf(x, "p")',
    '(torch.save)(x, "p")',
    'f, g = torch.save, torch.neg\nf(x, "p")',
    'for f in (torch.save, torch.neg):\n  f(x, "p")',
    'with x as f:\n  f(x)',
    'f : Any = x.add_\nf(x)',
    'y = [f(x) for f in (torch.save,)]',
    'y = fork(torch.save, x, "p")',
    'torch = x\ntorch.a.set_(x)',
    'ops = x',
    '__torch__ = x',
    '"a"(x)',
    'x[0](x)',
  ])('are reported as hidden: %j', (body) => {
    expect([...namesIn(body).hidden]).not.toEqual([]);
  });

  it('are hidden in code that cannot be read', () => {
    expect([...namesIn('x = "abc').hidden]).toEqual(['c.py: a text without an end']);
  });

  it('are not hidden by attributes that are called torch or ops', () => {
    const { hidden } = gather('class C(Module):\n  ops : int\n  torch : int\n');
    expect([...hidden]).toEqual([]);
  });
});
