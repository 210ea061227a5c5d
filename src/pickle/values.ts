import type { DType } from '../tensor/dtype.js';

/** A class or function that a pickle names; nothing of that name is ever run. @internal */
export class PickledGlobal {
  /** Module and name: 'collections.OrderedDict'. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a pickle says about an object of a class without meaning here. @internal */
export class PickledObject {
  readonly typeName: string;
  readonly args: readonly unknown[];
  /** What the object is set up with: the attributes, for a module. */
  state: unknown = undefined;
  readonly items: unknown[] = [];
  readonly entries = new Map<unknown, unknown>();

  constructor(typeName: string, args: readonly unknown[]) {
    this.typeName = typeName;
    this.args = args;
  }
}

/** A dict of a class that keeps the order: where a state dict comes from. @internal */
export class OrderedDict extends Map<unknown, unknown> {}

/** A reference to memory that lies outside the pickle. @internal */
export interface PickledStorage {
  readonly kind: 'storage';
  /** The type its elements were declared with; null for bytes of any type. */
  readonly dtype: string | null;
  readonly key: string;
  readonly location: string;
  /** Elements, or bytes where there is no dtype. */
  readonly count: number;
}

/** How quantized elements are read. @internal */
export interface PickledQuantizer {
  readonly scheme: string;
  readonly scale: number | PickledTensor;
  readonly zeroPoint: number | PickledTensor;
  readonly axis: number | null;
}

/** A tensor, by the storage it looks into. @internal */
export interface PickledTensor {
  readonly kind: 'tensor';
  /** Null for one without memory (a meta tensor). */
  readonly storage: PickledStorage | null;
  /** PyTorch's name, also of types that have no form here. */
  readonly dtype: DType | (string & {});
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  requiresGrad: boolean;
  /** Lazily conjugated or negated. */
  readonly conj: boolean;
  readonly neg: boolean;
  readonly quantizer: PickledQuantizer | null;
}

/** A dtype as a value: 'float32'. @internal */
export class PickledDType {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Whether a value is what a rebuilt tensor leaves. @internal */
export function isPickledTensor(value: unknown): value is PickledTensor {
  return isKind(value, 'tensor');
}

/** @internal */
export function isPickledStorage(value: unknown): value is PickledStorage {
  return isKind(value, 'storage');
}

function isKind(value: unknown, kind: string): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'kind') &&
    (value as { kind: unknown }).kind === kind
  );
}
