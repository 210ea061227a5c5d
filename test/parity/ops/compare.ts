/** Whether two values are what PyTorch's tests would call close. */
import { ops, Tensor } from '../../../src/index.js';

/** As `torch.testing.assert_close` tolerates, by dtype: relative, absolute. */
const tolerances: Record<string, readonly [number, number]> = {
  float64: [1e-7, 1e-7],
  float32: [1.3e-6, 1e-5],
  float16: [1e-3, 1e-5],
  bfloat16: [1.6e-2, 1e-5],
  complex64: [1.3e-6, 1e-5],
  complex128: [1e-7, 1e-7],
};

function numbers(tensor: Tensor): ArrayLike<number | bigint> {
  const { dtype } = tensor;
  if (dtype === 'float16' || dtype === 'bfloat16') return numbers(tensor.to('float32'));
  const plain = dtype.startsWith('complex') ? ops.aten.resolve_conj(tensor) : tensor;
  return ops.aten.resolve_neg(plain).toTypedArray();
}

function near(got: number, wanted: number, [relative, absolute]: readonly [number, number]) {
  if (Object.is(got, wanted) || got === wanted) return true;
  return Math.abs(got - wanted) <= absolute + relative * Math.abs(wanted);
}

function differenceOfTensors(got: Tensor, wanted: Tensor, unwritten: boolean): string | null {
  if (got.dtype !== wanted.dtype) return `dtype ${got.dtype}, expected ${wanted.dtype}`;
  if (String(got.shape) !== String(wanted.shape)) {
    return `shape [${got.shape}], expected [${wanted.shape}]`;
  }
  if (unwritten) return null;
  const a = numbers(got);
  const b = numbers(wanted);
  const tolerance = tolerances[wanted.dtype] ?? [0, 0];
  for (let i = 0; i < b.length; i++) {
    if (a[i] !== b[i] && !near(Number(a[i]), Number(b[i]), tolerance)) {
      return `element ${i} is ${a[i]}, expected ${b[i]}`;
    }
  }
  return null;
}

/** The number that a float made by `float` stands for. */
function unwrapped(value: unknown): unknown {
  const inner = (value as Record<symbol, unknown> | null)?.[Symbol.for('libtorch-node.float')];
  return inner === undefined ? value : inner;
}

/** What differs; null where nothing does. */
export function difference(got: unknown, wanted: unknown, unwritten: boolean): string | null {
  const expected = unwrapped(wanted);
  if (expected instanceof Tensor) {
    if (!(got instanceof Tensor)) return `${String(got)}, expected a tensor`;
    return differenceOfTensors(got, expected, unwritten);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(got)) return `${String(got)}, expected ${expected.length} values`;
    if (got.length !== expected.length) return `${got.length} values, not ${expected.length}`;
    for (const [i, item] of expected.entries()) {
      const found = difference(got[i], item, unwritten);
      if (found !== null) return `[${i}]: ${found}`;
    }
    return null;
  }
  if (typeof expected === 'number' && typeof got === 'number') {
    return near(got, expected, [1.3e-6, 1e-5]) ? null : `${got}, expected ${expected}`;
  }
  if (typeof expected === 'object' && expected !== null) {
    return JSON.stringify(got) === JSON.stringify(expected) ? null : `${JSON.stringify(got)}`;
  }
  return (got ?? null) === expected || String(got) === String(expected)
    ? null
    : `${String(got)}, expected ${String(expected)}`;
}
