import { settle } from '../module/caller-stack.js';
import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import type { ModuleInput, ModuleValue } from '../module/value.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import type { DType } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';

/** A value of a graph, and what is known of it. */
export interface GraphValue {
  readonly name: string;
  /** As TorchScript writes it: 'Tensor', 'List[int]'. */
  readonly type: string;
  /** Null where it is not a tensor, or not known. */
  readonly dtype: DType | null;
  /** Null where it is not known; null for a size that is not. */
  readonly shape: readonly (number | null)[] | null;
}

/** What a node takes: a value, and the argument that it is. */
export interface GraphInput {
  /** An index into the graph's values. */
  readonly value: number;
  /** The name in the operator's schema; absent where there is none. */
  readonly name?: string;
  /** True for a constant that is the argument's default. */
  readonly isDefault?: true;
}

/** Where the code of a node was written. */
export interface GraphSource {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One operation of a graph. */
export interface GraphNode {
  /** As LibTorch names it: 'aten::conv2d', 'prim::If', 'prim::GetAttr'. */
  readonly kind: string;
  /** Qualified name of the submodule whose code it is; '' for the module itself. */
  readonly scope: string;
  /** The attribute that is read or written, qualified, or the method or function that is called. */
  readonly target?: string;
  readonly inputs: readonly GraphInput[];
  /** Indices into the graph's values. */
  readonly outputs: readonly number[];
  /** Of an If: what runs when true, and when false; of a Loop: its body. */
  readonly blocks: readonly GraphBlock[];
  /** The value of a constant that is no tensor. */
  readonly constant?: ModuleValue;
  readonly source?: GraphSource;
}

/** Nodes in their order, with what goes in and out. */
export interface GraphBlock {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly nodes: readonly GraphNode[];
}

/** A method's graph as plain data. */
export interface GraphData {
  readonly method: string;
  readonly values: readonly GraphValue[];
  /** The first input is the module itself. */
  readonly body: GraphBlock;
}

/** Options of `graphData`. */
export interface GraphDataOptions {
  /** The method; 'forward' unless given. */
  readonly method?: string | undefined;
  /** Whether calls of submodules and functions are replaced by their bodies; true unless given. */
  readonly inlined?: boolean | undefined;
  /**
   * Whether attributes that are numbers become constants, what follows from constants is computed, and
   * checks that only raise go away, so that what is left is what runs in the present mode; true unless given.
   */
  readonly simplified?: boolean | undefined;
}

/** The names of the options. @internal */
export const graphDataOptions = ['method', 'inlined', 'simplified'] as const;

/**
 * The graph of a method as plain data: operations with their scopes, types, blocks and source, for programs
 * to read. `model.graph()` is the same as text.
 *
 * @example
 * ```ts
 * import { jit, loadModuleSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * const { body } = jit.graphData(model);
 * const operators = body.nodes.filter(({ kind }) => kind.startsWith('aten::'));
 * console.log(operators.map(({ kind, scope }) => `${scope || 'model'}: ${kind}`));
 * // fc1: aten::linear, model: aten::relu, fc2: aten::linear
 * ```
 */
export function graphData<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: GraphDataOptions,
): GraphData {
  checkOptions('graphData', options, graphDataOptions);
  return native.jit.graphData(...read('graphData', model, options)) as GraphData;
}

/**
 * `graphData` with the dtypes and shapes that tensors have in a run with these arguments, which takes place
 * on the package's own threads, and leaves the module's state as it is. @internal
 */
export async function observedGraphData(
  model: unknown,
  options: GraphDataOptions | undefined,
  examples: readonly ModuleInput[],
): Promise<GraphData> {
  const given = read('drawGraph', model, options);
  return (await settle(native.jit.observedGraphData(...given, examples))) as GraphData;
}

function read(
  where: string,
  model: unknown,
  { method = 'forward', inlined = true, simplified = true }: GraphDataOptions = {},
): [handle: NativeModule, method: string, inlined: boolean, simplified: boolean] {
  return [requireParts(where, model).handle, String(method), inlined, simplified];
}
