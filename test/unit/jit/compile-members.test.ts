import { describe, expect, it } from 'vitest';
import {
  arange,
  float,
  jit,
  loadModuleSync,
  ones,
  Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { coded } from '../coded.js';

const identity = 'def forward(self, x: Tensor) -> Tensor:\n    return x\n';

describe('parameters and buffers', () => {
  it('are in the state dict, require grad or not, and share their memory', () => {
    const weight = zeros([2]);
    const mean = zeros([2]);
    using model = jit.compile(
      'def forward(self, x: Tensor) -> Tensor:\n    return x * self.weight + self.mean',
      {
        parameters: { weight },
        buffers: { mean },
      },
    );
    expect([...model.stateDict().keys()]).toEqual(['weight', 'mean']);
    expect(model.namedParameters().get('weight')?.requiresGrad).toBe(true);
    expect(model.namedBuffers().get('mean')?.requiresGrad).toBe(false);
    expect(weight.requiresGrad).toBe(false);
    weight.add_(3);
    mean.add_(1);
    expect(model.forwardSync(ones([2])).toArray()).toEqual([4, 4]);
    weight.dispose();
    mean.dispose();
    expect(model.forwardSync(ones([2])).toArray()).toEqual([4, 4]);
  });

  it('of integers require no grad', () => {
    using model = jit.compile(identity, { parameters: { index: arange(3, { dtype: 'int64' }) } });
    expect(model.namedParameters().get('index')?.requiresGrad).toBe(false);
  });

  it('may be null, which the compiler knows', () => {
    const source =
      'def forward(self, x: Tensor) -> Tensor:\n    if self.bias is not None:\n        x = x + self.bias\n    return x';
    using without = jit.compile(source, { parameters: { bias: null } });
    using given = jit.compile(source, { parameters: { bias: ones([1]) } });
    expect(without.forwardSync(ones([1])).toArray()).toEqual([1]);
    expect(given.forwardSync(ones([1])).toArray()).toEqual([2]);
  });

  it('cannot be resized any more', () => {
    const weight = zeros([2]);
    using model = jit.compile(identity, { parameters: { weight } });
    expect(() => weight.resize_([100])).toThrow(coded('ERR_NOT_RESIZABLE'));
    expect(model.namedParameters().get('weight')?.shape).toEqual([2]);
  });

  it('that were disposed are refused', () => {
    const weight = zeros([2]);
    weight.dispose();
    expect(() => jit.compile(identity, { parameters: { weight } })).toThrow(coded('ERR_DISPOSED'));
  });
});

describe('attributes', () => {
  const typeOf = (value: unknown): string => {
    const members = { attributes: { value } } as jit.CompileOptions;
    using model = jit.compile(`${identity}\ndef get(self):\n    return self.value\n`, members);
    return model.methods.find(({ name }) => name === 'get')!.returns;
  };

  it.each([
    [1, 'float'],
    [1n, 'int'],
    [float(1), 'float'],
    [true, 'bool'],
    ['a', 'str'],
    [{ re: 1, im: 2 }, 'complex'],
    [ones([1]), 'Tensor'],
    [[1, 2], 'List[float]'],
    [[1n], 'List[int]'],
    [[ones([1])], 'List[Tensor]'],
    [[['a']], 'List[List[str]]'],
    [new Float32Array(2), 'List[float]'],
    [new Int32Array(2), 'List[int]'],
    [{ a: [1n] }, 'Dict[str, List[int]]'],
    [new Map([[1n, 'a']]), 'Dict[int, str]'],
    [{ type: 'List[int]', value: [] }, 'List[int]'],
    [{ type: 'Optional[Tensor]', value: null }, 'Optional[Tensor]'],
    [{ type: 'Tuple[int, str]', value: [1, 'a'] }, 'Tuple[int, str]'],
  ])('%s has the type %s', (value, type) => {
    expect(typeOf(value)).toBe(type);
  });

  it('are read, assigned and of a class of the source', () => {
    using model = jit.compile<number>(
      `
class Range(NamedTuple):
    low: int
    high: int

def forward(self) -> int:
    self.calls += 1
    return self.range.high - self.range.low + self.calls
`,
      { attributes: { calls: 0n, range: { type: 'Range', value: [2, 5] } } },
    );
    expect([model.forwardSync(), model.forwardSync()]).toEqual([4, 5]);
    expect(model.attribute('calls')).toBe(2);
    model.setAttribute('calls', 10);
    expect(model.forwardSync()).toBe(14);
  });

  it.each([[null], [[]], [{}], [new Map()], [() => 1], [Symbol('a')]])(
    '%s says no type',
    (value) => {
      expect(() => typeOf(value)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    },
  );

  it('that contain themselves are refused', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => typeOf(loop)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
  });
});

describe('constants', () => {
  it('are folded in, by self and by name', () => {
    using model = jit.compile<unknown[]>(
      'def forward(self):\n    return self.size, size, scale, flag, label, self.sizes[1], len(self.sizes)',
      { constants: { size: 4, scale: 0.5, flag: true, label: 'é', sizes: [2, 3] } },
    );
    expect(model.forwardSync()).toEqual([4, 4, 0.5, true, 'é', 3, 2]);
    expect(model.methods[0]?.returns).toBe('Tuple[int, int, float, bool, str, int, int]');
  });

  it('of true and false decide branches when compiled', () => {
    const source =
      'def forward(self, x: Tensor):\n    if self.double:\n        x = x * 2\n    return x, size, zero';
    using model = jit.compile<unknown[]>(source, {
      constants: { double: false, size: 9_007_199_254_740_993n, zero: float(0) },
    });
    expect(model.forwardSync(ones([1])).slice(1)).toEqual([9_007_199_254_740_993n, 0]);
    expect(model.methods[0]?.returns).toContain('float');
  });
});

describe('submodules', () => {
  const scale = (k: number) =>
    jit.compile('def forward(self, x: Tensor) -> Tensor:\n    return x * self.k', {
      parameters: { k: tensor([k]) },
      name: 'Scale',
    });

  it('are called, and lists of them iterated, indexed and counted', () => {
    using model = jit.compile(
      `
def forward(self, x: Tensor) -> Tensor:
    for layer in self.layers:
        x = layer(x)
    for i, (a, b) in enumerate(zip(self.layers, self.layers)):
        x = b(a(x)) + i
    return self.one(x) + self.layers[-1].forward(x) + len(self.layers)
`,
      { submodules: { one: scale(1), layers: [scale(2), scale(3)] } },
    );
    expect(model.forwardSync(ones([1])).toArray()).toEqual([((6 * 4 + 0) * 9 + 1) * 4 + 2]);
    expect([...model.namedParameters().keys()]).toEqual(['one.k', 'layers.0.k', 'layers.1.k']);
    expect([...model.namedModules().keys()]).toEqual(['', 'one', 'layers', 'layers.0', 'layers.1']);
  });

  it('share weights with the module given, and stay when that goes', () => {
    const part = scale(2);
    using model = jit.compile('def forward(self, x: Tensor):\n    return self.part(x)', {
      submodules: { part },
    });
    const k = part.namedParameters().get('k')!;
    model.loadStateDictSync({ 'part.k': tensor([5]) });
    expect(k.toArray()).toEqual([5]);
    part.dispose();
    expect(model.forwardSync(ones([1])).toArray()).toEqual([5]);
    expect(() => jit.compile(identity, { submodules: { part } })).toThrow(coded('ERR_DISPOSED'));
  });

  it('may be loaded ones, and save with their classes', () => {
    using mlp = loadModuleSync(fixture('mlp'));
    using model = jit.compile(
      'def forward(self, x: Tensor) -> Tensor:\n    return self.a(x) + self.b(x)',
      {
        submodules: { a: mlp, b: mlp },
      },
    );
    using loaded = loadModuleSync(model.toBytesSync());
    const x = ones([1, 16]);
    const twice = mlp.forwardSync(x).mul(2);
    expect(loaded.forwardSync(x).allclose(twice)).toBe(true);
    expect(loaded.forwardSync(x)).toBeInstanceOf(Tensor);
  });

  it('of the same name as the module, with functions of the same name, save apart', () => {
    const source = (k: number, inner: string) =>
      `def helper(x: Tensor) -> Tensor:\n    return x * ${k}\ndef forward(self, x: Tensor) -> Tensor:\n    return helper(${inner})`;
    using part = jit.compile(source(2, 'x'), { name: 'Net' });
    using model = jit.compile(source(3, 'self.part(x)'), { name: 'Net', submodules: { part } });
    using loaded = loadModuleSync(model.toBytesSync());
    expect(loaded.forwardSync(ones([1])).toArray()).toEqual([6]);
  });

  it('cannot be replaced, or indexed by what is not known', () => {
    const submodules = { layers: [scale(1)] };
    const compile = (body: string) => () =>
      jit.compile(`def forward(self, x: Tensor, i: int):\n    ${body}\n    return x`, {
        submodules,
      });
    expect(compile('self.layers = x')).toThrow('cannot be replaced');
    expect(compile('self.layers[i](x)')).toThrow('indexed by a literal');
    expect(compile('self.layers[3](x)')).toThrow('index 3 of 1 modules');
    expect(compile('self.layers(x)')).toThrow("no method 'forward'");
  });
});
