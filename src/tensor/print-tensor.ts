import { native } from '../native/addon.js';
import { dtypeInfo, isDType } from './dtype.js';
import { elementReader } from './elements.js';
import { aten } from './operators.js';
import { addSuffixes, edgeItems, printElements, threshold } from './print.js';
import { formatRepr } from './print-number.js';
import { tidy } from './scope.js';
import type { Tensor } from './tensor.js';

const prefix = 'tensor(';
const indent = prefix.length;

/** The text that Python's `str(tensor)` gives. @internal */
export function printTensor(t: Tensor): string {
  if (native.tensor.isDisposed(t)) return 'tensor(<disposed>)';
  const device = native.tensor.device(t);
  const dtype = native.tensor.dtype(t);
  const shape = native.tensor.shape(t);
  const isEmpty = shape.includes(0);
  const isMeta = device.startsWith('meta');
  const isQuantized = dtype.startsWith('q');

  const suffixes: string[] = [];
  if (!device.startsWith('cpu')) suffixes.push(`device='${device}'`);
  if (isMeta || isQuantized || (isEmpty && shape.length !== 1)) {
    suffixes.push(`size=${pythonTuple(shape)}`);
  }
  if (!isImplied(dtype, isEmpty || isMeta)) suffixes.push(`dtype=torch.${dtype.toLowerCase()}`);
  if (isQuantized) suffixes.push(...tidy(() => quantizationSuffixes(t)));
  const gradFn = native.autograd.gradFn(t);
  if (gradFn !== null) suffixes.push(`grad_fn=<${gradFn}>`);
  else if (native.tensor.requiresGrad(t)) suffixes.push('requires_grad=True');

  const body = isMeta ? '...' : isEmpty ? '[]' : tidy(() => printShown(t, shape));
  return addSuffixes(prefix + body, suffixes, indent);
}

/** Whether the elements themselves tell the dtype; without elements only the default is told. */
function isImplied(dtype: string, withoutElements: boolean): boolean {
  if (dtype === 'float32') return true;
  return !withoutElements && ['int64', 'bool', 'complex64'].includes(dtype);
}

/** '(2, 3)', '(2,)' or '()'. */
function pythonTuple(sizes: readonly number[]): string {
  return `(${sizes.join(', ')}${sizes.length === 1 ? ',' : ''})`;
}

function printShown(t: Tensor, shape: readonly number[]): string {
  const summarized = native.tensor.numel(t) > threshold;
  const plain = toPlain(t);
  const shown = summarized ? cutToEdges(plain, shape) : plain;
  const dtype = native.tensor.dtype(shown);
  const read = elementReader(dtype, native.tensor.read(shown));
  return printElements({ kind: dtypeInfo(dtype).kind, shape, summarized, read }, indent);
}

/** A tensor whose elements can be read; dtypes outside of the table (float8) print as float16 does. */
function toPlain(t: Tensor): Tensor {
  const dtype: string = native.tensor.dtype(t);
  if (!isDType(dtype)) return aten.to(t, { dtype: 'float16' });
  return dtypeInfo(dtype).kind === 'quantized' ? aten.dequantize(t) : t;
}

/** Only what is shown is read: the first and last elements of each long dimension. */
function cutToEdges(t: Tensor, shape: readonly number[]): Tensor {
  let cut = t;
  shape.forEach((size, axis) => {
    if (size <= 2 * edgeItems) return;
    const first = aten.narrow(cut, axis, 0, edgeItems);
    const last = aten.narrow(cut, axis, size - edgeItems, edgeItems);
    cut = aten.cat([first, last], axis);
  });
  return cut;
}

const schemes = [
  'per_tensor_affine',
  'per_channel_affine',
  'per_tensor_symmetric',
  'per_channel_symmetric',
  'per_channel_affine_float_qparams',
] as const;

function quantizationSuffixes(t: Tensor): string[] {
  const scheme = schemes[Number(aten.qScheme(t))] ?? 'unknown';
  const suffixes = [`quantization_scheme=torch.${scheme}`];
  if (scheme.startsWith('per_tensor')) {
    suffixes.push(`scale=${formatRepr(aten.qScale(t))}`, `zero_point=${aten.qZeroPoint(t)}`);
  } else if (scheme.startsWith('per_channel')) {
    suffixes.push(
      `scale=${printTensor(aten.qPerChannelScales(t))}`,
      `zero_point=${printTensor(aten.qPerChannelZeroPoints(t))}`,
      `axis=${aten.qPerChannelAxis(t)}`,
    );
  }
  return suffixes;
}
