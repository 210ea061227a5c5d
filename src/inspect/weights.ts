import { badPickle } from '../pickle/byte-cursor.js';
import { elementsOf, itemsizeOf } from '../pickle/torch-tensor.js';
import { isPickledTensor, PickledObject, type PickledTensor } from '../pickle/values.js';
import type { CodeClass } from './code.js';
import { plainName } from './function-text.js';
import type { InspectedAttribute, InspectedSubmodule, InspectedTensor } from './inspection.js';
import { mostDepth, mostNames } from './limits.js';

/** What lies in a module, by qualified name. @internal */
export interface ModuleContent {
  readonly modules: InspectedSubmodule[];
  readonly parameters: InspectedTensor[];
  readonly buffers: InspectedTensor[];
  readonly attributes: InspectedAttribute[];
}

/** @internal */
export function describeTensor(name: string, tensor: PickledTensor): InspectedTensor {
  const { shape, dtype, requiresGrad, storage } = tensor;
  const bytes = elementsOf(shape) * itemsizeOf(dtype);
  const device = storage === null ? 'meta' : storage.location;
  return { name, shape: [...shape], dtype, bytes, device, requiresGrad };
}

/** Walks a module as its pickle describes it; modules met twice are listed under each name. */
class Walk {
  readonly content: ModuleContent = { modules: [], parameters: [], buffers: [], attributes: [] };
  private names = 0;
  private readonly where: string;
  private readonly classes: ReadonlyMap<string, CodeClass>;

  constructor(where: string, classes: ReadonlyMap<string, CodeClass>) {
    this.where = where;
    this.classes = classes;
  }

  private isModule(value: unknown): value is PickledObject {
    if (!(value instanceof PickledObject)) return false;
    return this.classes.get(value.typeName)?.base === 'Module';
  }

  module(object: PickledObject, path: string, depth: number): void {
    if (depth > mostDepth) throw badPickle(this.where, `modules lie more than ${mostDepth} deep`);
    const { modules, parameters, buffers, attributes } = this.content;
    const code = this.classes.get(object.typeName);
    const state = object.state instanceof Map ? object.state : new Map<unknown, unknown>();
    modules.push({ name: path, typeName: plainName(object.typeName) });
    const inside: [string, PickledObject][] = [];
    for (const [key, value] of state) {
      if (++this.names > mostNames) throw badPickle(this.where, `more than ${mostNames} names`);
      if (typeof key !== 'string') continue;
      const name = path === '' ? key : `${path}.${key}`;
      const isParameter = code?.parameters.includes(key) ?? false;
      const isBuffer = code?.buffers.includes(key) ?? false;
      if (this.isModule(value)) inside.push([name, value]);
      else if (isPickledTensor(value) && (isParameter || isBuffer)) {
        (isParameter ? parameters : buffers).push(describeTensor(name, value));
      } else if (!isParameter && !isBuffer) {
        attributes.push({ name, type: code?.attributes.get(key) ?? 'Any' });
      }
    }
    for (const [name, value] of inside) this.module(value, name, depth + 1);
  }
}

/** What lies in the module that a pickle describes. @internal */
export function readContent(
  root: PickledObject,
  classes: ReadonlyMap<string, CodeClass>,
  where: string,
): ModuleContent {
  const walk = new Walk(where, classes);
  walk.module(root, '', 0);
  return walk.content;
}
