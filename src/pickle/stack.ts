import { badPickle } from './byte-cursor.js';
import { OrderedDict, PickledObject } from './values.js';

/** Caps on what a pickle may make. @internal */
export interface PickleLimits {
  /** Values of any kind. */
  readonly values: number;
  /** Containers, objects and tensors. */
  readonly containers: number;
  /** Marks that are open at once. */
  readonly depth: number;
}

const mark = Symbol('mark');

/** The stack and the memo of a pickle machine; every access is checked. @internal */
export class PickleStack {
  private readonly items: unknown[] = [];
  private readonly memo = new Map<number, unknown>();
  private readonly where: string;
  private readonly limits: PickleLimits;
  private pushed = 0;
  private made = 0;
  private marks = 0;

  constructor(where: string, limits: PickleLimits) {
    this.where = where;
    this.limits = limits;
  }

  push(value: unknown): void {
    if (++this.pushed > this.limits.values) {
      throw badPickle(this.where, `more than ${this.limits.values} values`);
    }
    this.items.push(value);
  }

  /** Pushes a new container or object, and counts it. */
  make(value: unknown): void {
    if (++this.made > this.limits.containers) {
      throw badPickle(this.where, `more than ${this.limits.containers} containers and objects`);
    }
    this.push(value);
  }

  pop(): unknown {
    const value = this.top();
    this.items.length--;
    return value;
  }

  top(): unknown {
    const value = this.items.at(-1);
    if (this.items.length === 0 || value === mark) {
      throw badPickle(this.where, 'it takes a value where there is none');
    }
    return value;
  }

  mark(): void {
    if (++this.marks > this.limits.depth) {
      throw badPickle(this.where, `more than ${this.limits.depth} levels`);
    }
    this.items.push(mark);
  }

  /** What was pushed since the last mark. */
  popMark(): unknown[] {
    const at = this.items.lastIndexOf(mark);
    if (at < 0) throw badPickle(this.where, 'it closes what it did not open');
    this.marks--;
    const taken = this.items.splice(at);
    taken.shift();
    return taken;
  }

  /** Drops the top, which may be a mark. */
  drop(): void {
    if (this.items.at(-1) === mark) this.marks--;
    if (this.items.length === 0)
      throw badPickle(this.where, 'it drops a value where there is none');
    this.items.length--;
  }

  tuple(count: number): void {
    const taken: unknown[] = [];
    for (let i = 0; i < count; i++) taken.push(this.pop());
    this.make(taken.reverse());
  }

  remember(key: number): void {
    this.memo.set(key, this.top());
  }
  rememberNext(): void {
    this.remember(this.memo.size);
  }
  recall(key: number): void {
    if (!this.memo.has(key)) throw badPickle(this.where, `memo ${key} was never set`);
    this.push(this.memo.get(key));
  }

  /** Appends to the list, set or object under the values. */
  append(values: readonly unknown[]): void {
    const target = this.top();
    if (target instanceof PickledObject) for (const value of values) target.items.push(value);
    else if (target instanceof Set) for (const value of values) target.add(value);
    else if (Array.isArray(target)) for (const value of values) target.push(value);
    else throw badPickle(this.where, 'it appends to what is no list');
  }

  /** Sets keys and values in the dict or object under them. */
  setItems(pairs: readonly unknown[]): void {
    const target = this.top();
    const map = target instanceof PickledObject ? target.entries : target;
    if (!(map instanceof Map) || pairs.length % 2 !== 0) {
      throw badPickle(this.where, 'it sets items of what is no dict');
    }
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  }

  /** Gives the object under it its state; no method of any class is called. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof PickledObject) target.state = state;
    else if (!(target instanceof OrderedDict)) {
      throw badPickle(this.where, 'it gives a state to a value that has none');
    }
  }
}
