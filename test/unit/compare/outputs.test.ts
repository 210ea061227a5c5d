import { describe, expect, it } from 'vitest';
import { OutputComparison } from '../../../src/compare/outputs.js';
import {
  compareModules,
  loadModule,
  type ModuleValue,
  ones,
  type ScriptObject,
  tensor,
  zeros,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { errorsAlone, model } from './models.js';

const rules = { atol: 1e-4, rtol: 1e-5, checkDtype: false };

/** What is found between two results. */
function between(reference: unknown, other: unknown): OutputComparison {
  const comparison = new OutputComparison(rules);
  comparison.add(reference as ModuleValue, other as ModuleValue);
  return comparison;
}

/** Differences as 'kind place: reference | other'. */
const told = (reference: unknown, other: unknown): string[] =>
  between(reference, other).differences.map((one) => {
    return `${one.kind} ${one.output}: ${one.reference} | ${one.other}`;
  });

describe('results with parts', () => {
  it('are compared part by part, under the names of their places', () => {
    const a = { boxes: ones([2]), 'per class': [ones([1]), [ones([3])]], 0: ones([1]) };
    const found = between([a, new Map([[7, ones([2])]])], [a, new Map([[7, zeros([2])]])]);
    expect(found.outputs.map(({ output }) => output)).toEqual([
      '[0]["0"]',
      '[0].boxes',
      '[0]["per class"][0]',
      '[0]["per class"][1][0]',
      '[1][7]',
    ]);
    expect(found.inputs[0]).toMatchObject({ passed: false, worstOutput: '[1][7]', elements: 9 });
  });

  it('take numbers and lists of numbers for tensors of float64', () => {
    const found = between([1, 2n, [1, 2.5], { re: 3, im: 4 }], [1, 3n, [1, 3], { re: 0, im: 0 }]);
    expect(found.outputs.map(({ maxAbsoluteError }) => maxAbsoluteError)).toEqual([0, 1, 0.5, 5]);
    expect(found.differences).toEqual([]);
    expect(told([1, 2], [1, 2, 3])).toEqual(['shape : a list of 2 | a list of 3']);
  });

  it('name what only one has, other shapes, other kinds and other values', () => {
    expect(told({ a: ones([1]) }, { a: ones([1]), b: 'x' })).toEqual([
      "structure .b: null | string 'x'",
    ]);
    expect(told(ones([2, 3]), ones([3]))).toEqual(['shape : float32 [2, 3] | float32 [3]']);
    expect(told(ones([1]), 1)).toEqual(['structure : float32 [1] | 1']);
    expect(told(ones([1]), null)).toEqual(['structure : float32 [1] | null']);
    expect(told(['a', true], ['b', true])).toEqual(["value [0]: string 'a' | string 'b'"]);
    expect(told([], [ones([1])])).toEqual([
      'structure : array of 0 | null',
      'structure [0]: null | float32 [1]',
    ]);
    expect(told([[], null, 'x', {}], [[], null, 'x', {}])).toEqual([]);
  });

  it('say once what many inputs show', () => {
    const comparison = new OutputComparison({ ...rules, checkDtype: true });
    comparison.add(ones([2]), ones([2]));
    for (let input = 1; input < 4; input++) {
      comparison.add(ones([input]), ones([input]).to('float64'));
    }
    expect(comparison.differences).toMatchObject([
      { kind: 'dtype', input: 1, inputs: 3, reference: 'float32 [1]', other: 'float64 [1]' },
    ]);
    expect(comparison.passed).toBe(false);
    expect(comparison.inputs.map(({ passed }) => passed)).toEqual([true, false, false, false]);
  });

  it('do not pass where objects cannot be compared', async () => {
    using objects = await loadModule(fixture('objects'));
    const counter = await objects.run<ScriptObject>('make_counter', [40]);
    const found = between([counter, ones([1])], [counter, ones([1])]);
    expect(found.differences).toMatchObject([{ kind: 'opaque', output: '[0]', counts: true }]);
    expect(found.differences[0]?.reference).toMatch(/^an object of __torch__\./);
    expect(found.passed).toBe(false);
  });

  it('come from modules as tuples, lists, dictionaries and texts', async () => {
    using first = model(
      'return {"a": (x, [x, x]), "b": (x + 1, [x])}',
      'Dict[str, Tuple[Tensor, List[Tensor]]]',
    );
    using second = model(
      'return {"a": (x, [x]), "c": (x, [x])}',
      'Dict[str, Tuple[Tensor, List[Tensor]]]',
    );
    const found = await compareModules(first, second, [tensor([1, 2])], errorsAlone);
    expect(found.outputs.map(({ output }) => output)).toEqual(['.a[0]', '.a[1][0]']);
    expect(found.differences.map(({ kind, output }) => `${kind} ${output}`)).toEqual([
      'structure .a[1][1]',
      'structure .b[0]',
      'structure .b[1][0]',
      'structure .c[0]',
      'structure .c[1][0]',
    ]);
    expect(found.errors.allClose).toBe(true);
    expect(found.passed).toBe(false);
  });
});
