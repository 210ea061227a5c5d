/** `compile-fuzz.mjs COUNT [SEED]`: mutated source is compiled, or is a coded error in good time. */
import assert from 'node:assert/strict';
import { jit, randn, setWarningHandler } from 'libtorch-node';
import { done, step } from './support.mjs';

setWarningHandler(() => {});
const [count, seedText] = process.argv.slice(2);
let state = Number(seedText ?? 0x2545f491);
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

const seeds = [
  `
class Point(NamedTuple):
    x: Tensor
    y: int

def helper(x: Tensor, k: int = 2) -> Tensor:
    return x * k

def forward(self, x: Tensor, y: Optional[Tensor] = None, n: List[int] = [1, 2]) -> Tuple[Tensor, Point]:
    """A docstring."""
    if y is not None:
        x = x + y
    elif len(n) > 2 and not self.flag:
        return x, Point(x, 1)
    for i, k in enumerate(n):
        x = helper(x, k=i) @ self.weight
    z = [a * 2 for a in n]
    return x[..., 0:1], Point(x, z[-1])
`,
  `def forward(self, x: Tensor) -> Dict[str, Tensor]:
    out: Dict[str, Tensor] = {'a': x, "b": -x ** 2}
    while bool(x.sum() < 3.5e1):
        x += 1
        if x.dim() == 2:
            break
        else:
            continue
    with torch.no_grad():
        out['c'] = F.softmax(x, dim=-1) if x.is_floating_point() else x
    assert x.size(0) >= 0, 'no'
    del out['a']
    return out
`,
  `class Counter:
    def __init__(self, start: int):
        self.n = start
    def add(self, k: int) -> int:
        self.n += k
        return self.n
def forward(self, x: Tensor) -> int:
    a, (b, c) = 1, (2, 3)
    f = torch.jit.fork(torch.relu, x)
    t = torch.zeros([2, 2], dtype=torch.float32, device=torch.device('cpu'))
    d = torch.jit.annotate(List[float], [])
    d.append(1.5 + float(a | b << c))
    if c > 2:
        raise ValueError('x' + str(c))
    return Counter(a).add(int(t.size(0)))
`,
];
const words = [
  ...['(', ')', '[', ']', '{', '}', ',', ':', '.', '->', '=', '==', '+', '-', '*', '**', '@', '//'],
  ...[
    '\n',
    '    ',
    '\t',
    '\\',
    '"',
    "'",
    '"""',
    '#',
    '# type: (Tensor) -> Tensor',
    '\r\n',
    '\0',
    'é',
  ],
  ...[
    'def ',
    'class ',
    'self',
    'x',
    'if ',
    'else:',
    'for ',
    'in ',
    'while ',
    'return ',
    'not ',
    'None',
  ],
  ...[
    'lambda',
    'yield',
    'global x',
    'with ',
    'as ',
    'import ',
    'print',
    'super()',
    'isinstance(x, int)',
  ],
  ...[
    '1',
    '1e400',
    '0x',
    '1j',
    '99999999999999999999',
    '-1',
    'True',
    'torch',
    'torch.ops.a.b',
    'F.',
    '...',
  ],
  ...[
    'List[int]',
    'Tuple[()]',
    'Optional[',
    'Dict[str, ',
    'Union[int, str]',
    'Any',
    'Future[int]',
    'Tensor',
  ],
];

function mutate(text) {
  const at = random(text.length + 1);
  const length = random(12);
  switch (random(5)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + words[random(words.length)] + text.slice(at);
    case 2:
      return text.slice(0, at) + words[random(words.length)] + text.slice(at + length);
    case 3: {
      const lines = text.split('\n');
      const [a, b] = [random(lines.length), random(lines.length)];
      [lines[a], lines[b]] = [lines[b], lines[a]];
      return lines.join('\n');
    }
    default:
      return text.slice(0, at) + text.slice(random(text.length), at + length) + text.slice(at);
  }
}

const types = ['Dict[str, List[Tensor]]', 'Tuple[int, Optional[torch.device]]', 'Union[int, str]'];
const weight = randn([2, 2]);
const tally = { compiled: 0, placed: 0, unplaced: 0 };
for (let i = 0; i < Number(count); i++) {
  let text = seeds[i % seeds.length];
  const before = state;
  for (let n = 1 + random(4); n > 0; n--) text = mutate(text);
  if (i % 100 === 0) step(`${i} of ${count}, state ${before}`);
  const start = performance.now();
  try {
    const attributes = i % 4 === 0 ? { a: { type: mutate(types[i % 3]), value: 1 } } : {};
    jit.compile(text, { parameters: { weight }, constants: { flag: true }, attributes }).dispose();
    tally.compiled++;
  } catch (error) {
    assert.match(
      String(error.code),
      /^ERR_(COMPILE|INVALID_ARG_VALUE|INVALID_ARG_TYPE)$/,
      `${text}\n${error.stack}`,
    );
    if (error.line === null) tally.unplaced++;
    else tally.placed++;
  }
  const taken = performance.now() - start;
  assert.ok(taken < 10_000, `${taken} ms for ${text}`);
}
step(JSON.stringify(tally));
done();
