import type { GraphBlock, GraphData, GraphNode } from '../graph-data.js';
import { type Arrow, type Box, type Drawing, type Frame, newFrame } from './drawing.js';
import { BoxMaker } from './make-box.js';
import { className, shapeText, typeText } from './text.js';
import { KnownValues } from './value-texts.js';

/** Where nodes are put: a frame, and the submodule whose code stands directly in it. */
interface Place {
  readonly frame: Frame;
  readonly scope: string;
}

/** From a box, with a word at the arrow. */
interface Origin {
  readonly box: string;
  readonly value: number;
  readonly label: string;
}

/** Values that only pass on what others made. */
const passing =
  /^prim::((List|Tuple|Dict)Construct|(List|Tuple)Unpack|unchecked_cast|unchecked_unwrap_optional)$/;

/** Operations that change what they are given first. */
const inPlace = /^aten::(\w+_|append|extend|insert|_set_item|clear|Delete|pop|sort|reverse)$/;

/** Turns a graph into boxes and arrows. */
class Flattener {
  readonly #data: GraphData;
  readonly #known: KnownValues;
  readonly #maker: BoxMaker;
  readonly #classes: ReadonlyMap<string, string>;
  readonly #origins = new Map<number, readonly Origin[]>();
  readonly #arrows: Arrow[] = [];
  readonly #root = newFrame('', 'module', '');

  constructor(data: GraphData, classes: ReadonlyMap<string, string>) {
    this.#data = data;
    this.#known = new KnownValues(data);
    this.#maker = new BoxMaker(data, this.#known);
    this.#classes = classes;
  }

  draw(title: string): Drawing {
    const { body } = this.#data;
    const place = { frame: this.#root, scope: '' };
    for (const input of body.inputs.slice(1)) {
      const value = this.#data.values[input]!;
      const name = value.name.replace(/\.\d+$/, '');
      const box = this.#end('input', name, typeText(value));
      this.#origins.set(input, [{ box: box.id, value: input, label: '' }]);
    }
    this.#block(body, place);
    for (const output of body.outputs) {
      const known = this.#known.get(output);
      const text = known?.text ?? typeText(this.#data.values[output]!);
      this.#join(output, this.#end('output', 'output', text));
    }
    return { title, root: this.#root, arrows: this.#arrows };
  }

  #end(kind: 'input' | 'output', title: string, type: string): Box {
    const box = this.#maker.plain(kind, title, [type], `${kind} ${title}: ${type}`);
    this.#root.boxes.push(box);
    return box;
  }

  #block(block: GraphBlock, place: Place): void {
    for (const node of block.nodes) this.#node(node, place);
  }

  #node(node: GraphNode, place: Place): void {
    if (this.#known.note(node)) return;
    if (passing.test(node.kind) && node.inputs.length > 0) {
      const from = node.inputs.flatMap(({ value }) => this.#originsOf(value));
      for (const output of node.outputs) this.#origins.set(output, from);
      return;
    }
    const inner = this.#place(node.scope, place);
    if (node.kind === 'prim::If') this.#branch(node, inner);
    else if (node.kind === 'prim::Loop') this.#loop(node, inner);
    else this.#operation(node, inner);
  }

  #operation(node: GraphNode, { frame }: Place): void {
    const box = this.#maker.operation(node);
    frame.boxes.push(box);
    for (const { value } of node.inputs) this.#join(value, box);
    for (const output of node.outputs) this.#origins.set(output, [this.#from(box, output)]);
    // Whoever reads the value from now on sees what was done to it.
    const [changed] = node.inputs;
    if (changed !== undefined && inPlace.test(node.kind)) {
      this.#origins.set(changed.value, [this.#from(box, changed.value)]);
    }
  }

  #branch(node: GraphNode, place: Place): void {
    const outer = this.#control(place, 'if');
    const condition = node.inputs[0]!.value;
    const words = this.#known.get(condition)?.text;
    const box = this.#maker.plain('control', 'if', words === undefined ? [] : [words], 'prim::If');
    outer.frame.boxes.push(box);
    this.#join(condition, box);
    const names = ['then', 'else'];
    node.blocks.forEach((block, i) => {
      const inner = newFrame(names[i] ?? 'branch', 'control', 'a branch');
      outer.frame.frames.set(inner.name, inner);
      this.#block(block, { frame: inner, scope: outer.scope });
    });
    if (node.outputs.length === 0) return;
    const end = this.#maker.plain('control', 'end if', [], 'what the branch that ran gave');
    outer.frame.boxes.push(end);
    node.blocks.forEach((block, i) => {
      for (const output of block.outputs) this.#join(output, end, names[i]);
    });
    this.#arrows.push({ from: box.id, to: end.id, label: '', details: '', back: false });
    for (const output of node.outputs) this.#origins.set(output, [this.#from(end, output)]);
  }

  #loop(node: GraphNode, place: Place): void {
    const [most, first, ...carried] = node.inputs.map(({ value }) => value);
    const [body] = node.blocks;
    if (body === undefined || most === undefined || first === undefined) return;
    const outer = this.#control(place, 'loop');
    const limit = this.#known.get(most)?.text;
    const lines = limit === undefined || /^9\d{18}$/.test(limit) ? [] : [`${limit} times`];
    const box = this.#maker.plain('control', 'loop', lines, 'prim::Loop');
    outer.frame.boxes.push(box);
    for (const value of [most, first, ...carried]) this.#join(value, box);
    for (const input of body.inputs) this.#origins.set(input, [this.#from(box, input)]);
    this.#block(body, outer);
    for (const output of body.outputs) {
      for (const { box: from, value } of this.#originsOf(output)) {
        if (from !== box.id) this.#arrow(value, { from, to: box.id, label: 'again', back: true });
      }
    }
    for (const output of node.outputs) this.#origins.set(output, [this.#from(box, output)]);
  }

  #control({ frame, scope }: Place, name: string): Place {
    const made = newFrame(name, 'control', name === 'if' ? 'prim::If' : 'prim::Loop');
    frame.frames.set(`${name} ${frame.frames.size}`, made);
    return { frame: made, scope };
  }

  /** The frame of a submodule, seen from a place inside another one. */
  #place(scope: string, { frame, scope: here }: Place): Place {
    const inside = here === '' || scope.startsWith(`${here}.`);
    if (scope === here || !inside) return { frame, scope: here };
    let path = here;
    let found = frame;
    for (const part of scope.slice(here === '' ? 0 : here.length + 1).split('.')) {
      path = path === '' ? part : `${path}.${part}`;
      let next = found.frames.get(part);
      if (next === undefined) {
        next = newFrame(path, 'module', className(this.#classes.get(path) ?? ''));
        found.frames.set(part, next);
      }
      found = next;
    }
    return { frame: found, scope };
  }

  #from(box: Box, value: number): Origin {
    return { box: box.id, value, label: '' };
  }

  #originsOf(value: number): readonly Origin[] {
    return this.#origins.get(value) ?? [];
  }

  #join(value: number, to: Box, label = ''): void {
    for (const origin of this.#originsOf(value)) {
      this.#arrow(origin.value, { from: origin.box, to: to.id, label, back: false });
    }
  }

  #arrow(value: number, arrow: Omit<Arrow, 'details'>): void {
    const given = this.#data.values[value]!;
    const label = arrow.label === '' ? shapeText(given) : arrow.label;
    this.#arrows.push({ ...arrow, label, details: `%${given.name} ${typeText(given)}` });
  }
}

/** The drawing of a graph; `classes` are the class names of submodules by qualified name. */
export function toDrawing(
  data: GraphData,
  title: string,
  classes: ReadonlyMap<string, string>,
): Drawing {
  return new Flattener(data, classes).draw(title);
}
