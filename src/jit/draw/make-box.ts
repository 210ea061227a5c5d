import type { GraphData, GraphNode } from '../graph-data.js';
import type { Box } from './drawing.js';
import { kindOf, plainName } from './operator-kind.js';
import { optionText } from './option-text.js';
import { typeText } from './text.js';
import type { KnownValues } from './value-texts.js';

const mostLines = 6;

/** A weight by what its module calls it: 'conv1.weight' inside conv1 is 'weight'. */
function relative(name: string, scope: string): string {
  return scope !== '' && name.startsWith(`${scope}.`) ? name.slice(scope.length + 1) : name;
}

/** Makes the boxes of a graph's operations. */
export class BoxMaker {
  readonly #data: GraphData;
  readonly #known: KnownValues;
  #count = 0;

  constructor(data: GraphData, known: KnownValues) {
    this.#data = data;
    this.#known = known;
  }

  /** The next free name of a box. */
  nextId(): string {
    return `n${this.#count++}`;
  }

  /** A box that is no operation of its own. */
  plain(kind: Box['kind'], title: string, lines: string[], details: string): Box {
    return { id: this.nextId(), kind, title, caption: '', lines, details };
  }

  operation(node: GraphNode): Box {
    return {
      id: this.nextId(),
      kind: kindOf(node.kind),
      title: this.#title(node),
      caption: '',
      lines: this.#lines(node),
      details: this.#details(node),
    };
  }

  #title(node: GraphNode): string {
    if (!node.kind.startsWith('prim::Call')) return plainName(node.kind);
    const receiver = node.inputs[0] && this.#known.get(node.inputs[0].value)?.text;
    if (node.kind === 'prim::CallFunction') return receiver ?? 'call';
    return node.target === 'forward' ? (receiver ?? 'call') : `${receiver ?? ''}.${node.target}`;
  }

  #lines(node: GraphNode): string[] {
    if (node.kind.startsWith('prim::Call')) return [];
    const weights = new Map<string, string[]>();
    const options: string[] = [];
    for (const input of node.inputs) {
      const known = this.#known.get(input.value);
      if (known === undefined || input.isDefault) continue;
      if (known.weight !== null) {
        const { name, shape } = known.weight;
        weights.set(shape, [...(weights.get(shape) ?? []), relative(name, node.scope)]);
      } else {
        const option = optionText(input, known);
        if (option !== null) options.push(option);
      }
    }
    const lines = [
      ...[...weights].map(([shape, names]) => `${names.join(', ')} ${shape}`),
      ...options,
    ];
    const shown = lines.slice(0, mostLines);
    if (lines.length > mostLines) shown.push('…');
    return shown;
  }

  #details(node: GraphNode): string {
    const lines = [node.kind];
    if (node.scope !== '') lines.push(`in ${node.scope}`);
    for (const { value, name } of node.inputs) {
      const known = this.#known.get(value);
      const { [value]: given } = this.#data.values;
      const text = known?.text ?? `%${given?.name} ${typeText(given!)}`;
      lines.push(name === undefined ? text : `${name} = ${text}`);
    }
    for (const output of node.outputs) {
      const value = this.#data.values[output]!;
      lines.push(`→ %${value.name} ${typeText(value)}`);
    }
    if (node.source !== undefined) lines.push(`${node.source.file}:${node.source.line}`);
    return lines.join('\n');
  }
}
