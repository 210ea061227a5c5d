import type { GraphData, GraphNode } from '../graph-data.js';
import { constantText, shapeText } from './text.js';

/** What a value is to its users when nothing computes it. */
export interface Known {
  /** A constant's value, or a weight's name and shape. */
  readonly text: string;
  /** Null for a constant that is no tensor. */
  readonly weight: { readonly name: string; readonly shape: string } | null;
  readonly constant?: unknown;
}

/** Values that are not computed: constants, attributes, and lists of them. Their users' boxes show them. */
export class KnownValues {
  readonly #known = new Map<number, Known>();
  readonly #data: GraphData;

  constructor(data: GraphData) {
    this.#data = data;
    const [self] = data.body.inputs;
    if (self !== undefined) this.#known.set(self, { text: 'the module', weight: null });
  }

  get(value: number): Known | undefined {
    return this.#known.get(value);
  }

  /** True for a node that only brings what is known. */
  note(node: GraphNode): boolean {
    const [output] = node.outputs;
    if (output === undefined) return false;
    if (node.kind === 'prim::Constant' || node.kind === 'prim::ConstantMKLDNNTensor') {
      this.#known.set(output, this.#constant(node, output));
    } else if (node.kind === 'prim::GetAttr') {
      this.#known.set(output, this.#weight(node.target ?? '', output));
    } else if (/^prim::(List|Tuple)Construct$/.test(node.kind)) {
      // An empty list is there to be filled.
      const items = node.inputs.map(({ value }) => this.#known.get(value));
      if (items.length === 0 || items.includes(undefined)) return false;
      const text = items.map((item) => item?.text).join(', ');
      this.#known.set(output, { text: `[${text}]`, weight: null });
    } else {
      return false;
    }
    return true;
  }

  #constant({ constant, target }: GraphNode, output: number): Known {
    const value = this.#data.values[output]!;
    // A function, which has a name and no value.
    if (target !== undefined) return { text: target, weight: null };
    if (value.shape !== null || constant === undefined) {
      return this.#weight(value.name.replace(/^self\./, ''), output);
    }
    return { text: constantText(constant), weight: null, constant };
  }

  #weight(given: string, output: number): Known {
    const shape = shapeText(this.#data.values[output]!);
    const name = /^\d+$/.test(given) ? 'constant' : given;
    return { text: `${name} ${shape}`.trim(), weight: { name, shape } };
  }
}
