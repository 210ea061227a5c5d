import { describe, expect, it } from 'vitest';
import { CompileError, jit, TorchError } from '../../../src/index.js';

function failure(source: string, options?: jit.CompileOptions): CompileError {
  try {
    jit.compile(source, options).dispose();
  } catch (error) {
    expect(error).toBeInstanceOf(CompileError);
    expect(error).toBeInstanceOf(TorchError);
    expect((error as CompileError).code).toBe('ERR_COMPILE');
    return error as CompileError;
  }
  throw new Error('it compiled');
}

const head = 'def forward(self, x: Tensor) -> Tensor:\n';

describe('a compile error', () => {
  it.each([
    ['an unknown name', `${head}    return x + y`, 2, 16, 'undefined value y'],
    ['an unknown attribute', `${head}    return self.w`, 2, 12, "no attribute or method 'w'"],
    ['an unknown operator', `${head}    return torch.relux(x)`, 2, 12, 'aten::relux'],
    ['an unknown function', `${head}    return F.sofmax(x)`, 2, 12, 'did you mean softmax'],
    [
      'a Python class',
      `${head}    return nn.Linear(2, 2)(x)`,
      2,
      12,
      'ScriptModule as a submodule',
    ],
    [
      'a wrong argument',
      `${head}    return torch.relu(x, 1.5)`,
      2,
      12,
      'Expected at most 1 argument',
    ],
    [
      'a wrong type',
      `${head}    y: int = 'a'\n    return x`,
      2,
      5,
      "'y' is annotated with type int",
    ],
    ['a wrong result', `${head}    return [x]`, 2, 12, 'annotation of type List but got Tensor'],
    [
      'a lost branch',
      `${head}    if x.dim() > 0:\n        y = x\n    return y`,
      2,
      5,
      'y is not defined',
    ],
    [
      'an unknown type',
      'def forward(self, x: Tensr):\n    return x',
      1,
      22,
      "Unknown type name 'Tensr'",
    ],
    ['a bad character', `${head}    return x $ 2`, 2, 14, "unexpected '$'"],
    ['an open string', `${head}    y = 'abc\n    return x`, 2, 9, 'the string does not end'],
    ['an open bracket', `${head}    return (x + 1`, 2, 18, 'expected )'],
    ['a missing operand', `${head}    y = 1 +\n    return x`, 2, 12, "found 'newline'"],
    ['a bad indentation', `${head}        y = 1\n    return x`, 3, 1, 'invalid indent level'],
    ['a statement outside', `y = 1\n${head}    return x`, 1, 1, 'at the top level'],
    ['no methods', 'def f(x: Tensor):\n    return x', 1, 1, "as 'def forward(self"],
    ['a method twice', `${head}    return x\n${head}    return x`, 3, 5, 'defined twice'],
    [
      'a recursion',
      `def f(x: Tensor) -> Tensor:\n    return f(x)\n${head}    return f(x)`,
      2,
      12,
      'recursive',
    ],
    [
      'a base class',
      `class A(B):\n    pass\n${head}    return x`,
      1,
      9,
      'NamedTuple or from nothing',
    ],
    ['a NUL', `${head}    return x\0`, 2, 13, 'NUL'],
  ])('of %s points at it', (_what, source, line, column, message) => {
    const error = failure(source);
    expect(error.message).toContain(message);
    expect([error.line, error.column]).toEqual([line, column]);
    expect(error.sourceLine).toBe(source.split('\n')[line - 1]);
  });

  it('shows the line with a caret below', () => {
    expect(failure(`${head}    return x + y`).message).toBe(
      `undefined value y\nline 2, column 16:\n    return x + y\n${' '.repeat(15)}^`,
    );
  });

  it('counts lines and columns of the text as it was given', () => {
    const error = failure(`
      def forward(self, x: Tensor) -> Tensor:
          # 'é' and '😀' take more bytes than columns
          return x + len('é😀') + y
    `);
    expect([error.line, error.column]).toEqual([4, 35]);
    expect(error.sourceLine).toBe("          return x + len('é😀') + y");
    expect(failure(`\r\n${head}\r\n    return y`).line).toBe(4);
  });

  it('keeps tabs before the caret', () => {
    const { message } = failure('\tdef forward(self, x: Tensor):\n\t\treturn y');
    expect(message).toContain('\t\treturn y\n\t\t       ^');
  });

  it('points into the function that is wrong, not at its caller', () => {
    const error = failure(`def f(x: Tensor):\n    return z\n${head}    return f(x)`);
    expect([error.line, error.column]).toEqual([2, 12]);
  });

  it('has no place where there is none', () => {
    const error = failure('#'.repeat(2 ** 20 + 1));
    expect([error.line, error.column, error.sourceLine]).toEqual([null, null, null]);
  });

  it('is one for a type of an attribute as well', () => {
    const options = { attributes: { a: { type: 'List[', value: [] } } };
    expect(failure(`${head}    return x`, options).message).toContain('List[');
  });

  it('refuses what would overflow the stack', () => {
    const deep = (n: number): string => `${head}    return ${'('.repeat(n)}x${')'.repeat(n)}`;
    jit.compile(deep(400)).dispose();
    expect(failure(deep(5000)).message).toContain('too deep');
  });

  it('refuses calls that would double and double again', () => {
    const calls = Array.from({ length: 40 }, (_, i) => {
      return `def f${i}(x: Tensor) -> Tensor:\n    return f${i + 1}(f${i + 1}(x))\n`;
    });
    const last = 'def f40(x: Tensor) -> Tensor:\n    return x\n';
    const { message } = failure(`${calls.join('')}${last}${head}    return f0(x)`);
    expect(message).toContain('nodes with its calls inlined');
  });
});

describe('a wrong argument of compile', () => {
  const source = `${head}    return x`;
  it.each([
    ['no string', () => jit.compile(5 as never), 'ERR_INVALID_ARG_TYPE'],
    [
      'an unknown option',
      () => jit.compile(source, { params: {} } as never),
      'ERR_UNKNOWN_ARGUMENT',
    ],
    ['a wrong name', () => jit.compile(source, { name: 'a b' }), 'ERR_INVALID_ARG_TYPE'],
    [
      'no tensor',
      () => jit.compile(source, { parameters: { w: 1 as never } }),
      'ERR_INVALID_ARG_TYPE',
    ],
    [
      'no module',
      () => jit.compile(source, { submodules: { m: {} as never } }),
      'ERR_INVALID_ARG_TYPE',
    ],
    [
      'a dot in a name',
      () => jit.compile(source, { constants: { 'a.b': 1 } }),
      'ERR_INVALID_ARG_TYPE',
    ],
    [
      'a name twice',
      () => jit.compile(source, { attributes: { a: 1 }, constants: { a: 1 } }),
      'ERR_INVALID_ARG_VALUE',
    ],
    ['no type', () => jit.compile(source, { attributes: { a: [] } }), 'ERR_INVALID_ARG_TYPE'],
    [
      'the wrong value',
      () => jit.compile(source, { attributes: { a: { type: 'int', value: 'x' } } }),
      'ERR_INVALID_ARG_TYPE',
    ],
    [
      'a function',
      () => jit.compile(source, { constants: { f: (() => 1) as never } }),
      'ERR_INVALID_ARG_TYPE',
    ],
  ])('as %s is a TypeError', (_what, call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }));
    expect(call).toThrow(TypeError);
  });

  it('is found where the method has the name of an attribute', () => {
    const error = failure(source, { attributes: { forward: 1 } });
    expect(error.message).toContain('has the name of an attribute');
  });
});
