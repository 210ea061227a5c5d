import type { InspectedSubmodule } from '../../inspect/inspection.js';
import { table } from '../table.js';
import { oneLine, paint } from '../terminal.js';

/** A type without the words that every one of them has: '__torch__.torch.nn.modules.linear.Linear' is 'nn.Linear'. */
export function shortType(type: string): string {
  return oneLine(
    type
      .replaceAll(/__torch__\.torch\.nn\.modules\.(?:\w+\.)*/g, 'nn.')
      .replaceAll(/__torch__\./g, ''),
  );
}

interface Node {
  readonly name: string;
  type: string;
  readonly inside: Map<string, Node>;
}

function build(modules: readonly InspectedSubmodule[]): Node {
  const root: Node = { name: '', type: '', inside: new Map() };
  for (const { name, typeName } of modules) {
    let node = root;
    for (const part of name === '' ? [] : name.split('.')) {
      let next = node.inside.get(part);
      if (next === undefined) {
        next = { name: part, type: '', inside: new Map() };
        node.inside.set(part, next);
      }
      node = next;
    }
    node.type = shortType(typeName);
  }
  return root;
}

function* rows(node: Node, prefix: string): Generator<string[]> {
  const inside = [...node.inside.values()];
  for (const [index, child] of inside.entries()) {
    const last = index === inside.length - 1;
    const branch = paint('dim', `${prefix}${last ? '└─ ' : '├─ '}`);
    yield [`${branch}${oneLine(child.name)}`, paint('dim', child.type)];
    yield* rows(child, `${prefix}${last ? '   ' : '│  '}`);
  }
}

/** Lines of the tree of modules. */
export function moduleTree(modules: readonly InspectedSubmodule[]): string[] {
  const root = build(modules);
  const columns = [{ title: '' }, { title: '', shrinks: true }];
  return table(columns, [...rows(root, '')]);
}
