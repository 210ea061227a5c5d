import { makeError } from '../make-error.js';
import { tensor } from '../tensor/create.js';
import { describe } from '../tensor/describe.js';
import { operator } from '../tensor/operators.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { listed } from './einsum.js';
import { isTensor } from './is-tensor.js';
import type { Int, Ints, Keywords } from './types.js';

/** Tensors one by one, or in one array. */
export type Tensors = readonly Tensor[] | readonly [readonly Tensor[]];

const lists = {
  broadcastTensors: operator<Tensor[]>('aten::broadcast_tensors'),
  atleast1d: operator<Tensor[]>('aten::atleast_1d.Sequence'),
  atleast2d: operator<Tensor[]>('aten::atleast_2d.Sequence'),
  atleast3d: operator<Tensor[]>('aten::atleast_3d.Sequence'),
  meshgrid: operator<Tensor[]>('aten::meshgrid.indexing'),
};
const cartesian = operator('aten::cartesian_prod');
const diagonalBlocks = operator('aten::block_diag');
const floorDivide = operator('aten::floor_divide');
const remainder = operator('aten::remainder.Tensor');
const unbind = operator<Tensor[]>('aten::unbind.int');

/**
 * The shape that tensors of these shapes have together.
 *
 * @throws RangeError `ERR_SHAPE_MISMATCH` where they do not fit.
 * @example
 * ```ts
 * import { broadcastShapes } from 'libtorch-node';
 *
 * console.log(broadcastShapes([2, 1], [3])); // [2, 3]
 * ```
 */
export function broadcastShapes(...shapes: readonly (number | Shape)[]): number[] {
  const all = shapes.map((shape) => (typeof shape === 'number' ? [shape] : shape));
  const dims = all.reduce((most, shape) => Math.max(most, shape.length), 0);
  return Array.from({ length: dims }, (_, axis) => {
    const sizes = all.map((shape) => shape[shape.length - dims + axis] ?? 1);
    const size = sizes.find((other) => other !== 1) ?? 1;
    if (sizes.every((other) => other === 1 || other === size)) return size;
    throw makeError(
      'ERR_SHAPE_MISMATCH',
      `broadcastShapes: sizes ${sizes.join(', ')} at dimension ${axis} do not fit each other`,
    );
  });
}

/**
 * Views of tensors in the shape they have together.
 *
 * @example
 * ```ts
 * import { broadcastTensors, zeros } from 'libtorch-node';
 *
 * console.log(broadcastTensors(zeros([2, 1]), zeros([3])).map((t) => t.shape)); // [[2, 3], [2, 3]]
 * ```
 */
export function broadcastTensors(...tensors: Tensors): Tensor[] {
  return lists.broadcastTensors(listed(tensors));
}

function atleast(name: 'atleast1d' | 'atleast2d' | 'atleast3d', tensors: readonly unknown[]) {
  const found = lists[name](listed(tensors as Tensor[]));
  return tensors.length === 1 && isTensor(tensors[0]) ? found[0] : found;
}

/**
 * The tensor, or each of several, with at least one dimension.
 *
 * @example
 * ```ts
 * import { atleast1d, tensor } from 'libtorch-node';
 *
 * console.log(atleast1d(tensor(5)).shape); // [1]
 * ```
 */
export function atleast1d(input: Tensor): Tensor;
export function atleast1d(...tensors: Tensors): Tensor[];
export function atleast1d(...tensors: readonly unknown[]): unknown {
  return atleast('atleast1d', tensors);
}

/**
 * The tensor, or each of several, with at least two dimensions.
 *
 * @example
 * ```ts
 * import { atleast2d, tensor } from 'libtorch-node';
 *
 * console.log(atleast2d(tensor([5, 6])).shape); // [1, 2]
 * ```
 */
export function atleast2d(input: Tensor): Tensor;
export function atleast2d(...tensors: Tensors): Tensor[];
export function atleast2d(...tensors: readonly unknown[]): unknown {
  return atleast('atleast2d', tensors);
}

/**
 * The tensor, or each of several, with at least three dimensions.
 *
 * @example
 * ```ts
 * import { atleast3d, tensor } from 'libtorch-node';
 *
 * console.log(atleast3d(tensor([5, 6])).shape); // [1, 2, 1]
 * ```
 */
export function atleast3d(input: Tensor): Tensor;
export function atleast3d(...tensors: Tensors): Tensor[];
export function atleast3d(...tensors: readonly unknown[]): unknown {
  return atleast('atleast3d', tensors);
}

/** Options of `meshgrid`. */
export interface MeshgridOptions extends Keywords {
  /** 'ij', the default, for matrices; 'xy' swaps the first two dimensions, for pictures. */
  indexing?: 'ij' | 'xy' | undefined;
}

/**
 * Grids of coordinates from one-dimensional tensors.
 *
 * @example
 * ```ts
 * import { arange, meshgrid } from 'libtorch-node';
 *
 * const [rows, columns] = meshgrid([arange(2), arange(3)], { indexing: 'ij' });
 * console.log(rows?.toArray()); // [[0, 0, 0], [1, 1, 1]]
 * console.log(columns?.shape); // [2, 3]
 * ```
 */
export function meshgrid(tensors: readonly Tensor[], options?: MeshgridOptions): Tensor[];
export function meshgrid(...tensors: readonly Tensor[]): Tensor[];
export function meshgrid(...args: readonly unknown[]): Tensor[] {
  const last = args.at(-1);
  const hasOptions = args.length > 1 && !isTensor(last);
  const options = hasOptions ? (last as MeshgridOptions) : undefined;
  const { indexing = 'ij' } = checkOptions('meshgrid', options, ['indexing']) ?? {};
  const tensors = hasOptions ? args.slice(0, -1) : args;
  return lists.meshgrid(listed(tensors as Tensor[]), { indexing });
}

/**
 * All combinations of the elements of one-dimensional tensors, one a row.
 *
 * @example
 * ```ts
 * import { cartesianProd, tensor } from 'libtorch-node';
 *
 * console.log(cartesianProd(tensor([1, 2]), tensor([3, 4])).shape); // [4, 2]
 * ```
 */
export function cartesianProd(...tensors: Tensors): Tensor {
  return cartesian(listed(tensors));
}

/**
 * A matrix with tensors along its diagonal and zeros elsewhere.
 *
 * @example
 * ```ts
 * import { blockDiag, ones } from 'libtorch-node';
 *
 * console.log(blockDiag(ones([1, 2]), ones([1, 1])).toArray()); // [[1, 1, 0], [0, 0, 1]]
 * ```
 */
export function blockDiag(...tensors: Tensors): Tensor {
  return diagonalBlocks(listed(tensors));
}

/**
 * The coordinates, one tensor a dimension, of positions in a flat array of a shape.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` for indices that are no integers.
 * @example
 * ```ts
 * import { tensor, unravelIndex } from 'libtorch-node';
 *
 * console.log(unravelIndex(tensor([4n]), [2, 3]).map((t) => t.toArray())); // [[1], [1]]
 * ```
 */
export function unravelIndex(indices: Tensor, shape: Int | Ints): Tensor[] {
  if (!/^u?int\d+$/.test(indices.dtype)) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `unravelIndex: expected indices of integers, got ${describe(indices.dtype)}`,
    );
  }
  const sizes = (typeof shape === 'object' ? [...shape] : [shape]).map(BigInt);
  const steps = sizes.map((_, axis) => sizes.slice(axis + 1).reduce((a, b) => a * b, 1n));
  const { device } = indices;
  return tidy(() => {
    const places = floorDivide(indices.unsqueeze(-1), tensor(steps, { device }));
    return unbind(remainder(places, tensor(sizes, { device })), -1);
  });
}
