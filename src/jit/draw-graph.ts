import { makeError } from '../make-error.js';
import type { ScriptModule } from '../module/script-module.js';
import type { ModuleInput } from '../module/value.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { type DrawDirection, writeDot } from './draw/dot.js';
import { toDrawing } from './draw/flatten.js';
import { toSvg } from './draw/svg.js';
import { className } from './draw/text.js';
import {
  type GraphDataOptions,
  graphData,
  graphDataOptions,
  observedGraphData,
} from './graph-data.js';

/** Options of `drawGraph`. */
export interface DrawGraphOptions extends GraphDataOptions {
  /** Arguments of the method: it is run with them, and the drawing shows the shapes that tensors have then. */
  readonly examples?: readonly ModuleInput[] | undefined;
  /** 'svg' opens in a browser and needs the peer dependency @hpcc-js/wasm-graphviz; 'dot' is Graphviz's text. */
  readonly format?: 'svg' | 'dot' | undefined;
  /** Where the data flow to: 'down' unless given. */
  readonly direction?: DrawDirection | undefined;
}

function choose<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (value === undefined) return choices[0] as T;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw makeError(
    'ERR_INVALID_ARG_VALUE',
    `drawGraph: expected ${name} to be one of ${choices.join(', ')}, got ${describe(value)}`,
  );
}

function checkExamples(examples: unknown): readonly ModuleInput[] {
  if (Array.isArray(examples)) return examples;
  const got = describe(examples);
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `drawGraph: examples: expected an array of arguments, got ${got}`,
  );
}

/**
 * A method's graph as a picture for people: operations coloured by kind, in frames for submodules,
 * branches and loops; constants and weights stand in the boxes that use them, everything else shows when
 * pointed at. As SVG, or as DOT for Graphviz. Throws ERR_MISSING_GRAPHVIZ where the peer dependency that
 * lays out the SVG is not installed.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { jit, loadModule, ones } from 'libtorch-node';
 *
 * using model = await loadModule('resnet.pt');
 * const svg = await jit.drawGraph(model, { examples: [ones([1, 3, 32, 32])] });
 * await writeFile('resnet.svg', svg);
 * const dot = await jit.drawGraph(model, { format: 'dot', inlined: false });
 * console.log(dot.startsWith('digraph "TinyResNet.forward"')); // true
 * ```
 */
export async function drawGraph<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: DrawGraphOptions,
): Promise<string> {
  checkOptions('drawGraph', options, [...graphDataOptions, 'examples', 'format', 'direction']);
  const format = choose('format', options?.format, ['svg', 'dot']);
  const direction = choose('direction', options?.direction, ['down', 'right']);
  const { method, inlined, simplified, examples } = options ?? {};
  const which = { method, inlined, simplified };
  const data =
    examples === undefined
      ? graphData(model, which)
      : await observedGraphData(model, which, checkExamples(examples));
  const title = `${className(model.typeName)}.${data.method}`;
  const dot = writeDot(toDrawing(data, title, model.namedModules()), direction);
  return format === 'dot' ? dot : toSvg(dot);
}
