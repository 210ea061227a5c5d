/** What crosses between JavaScript and the addon: handles, values, schemas. */
declare const moduleBrand: unique symbol;
declare const objectBrand: unique symbol;
declare const poolBrand: unique symbol;
/** Opaque handles: type-tagged native objects, checked on every use. */
export interface NativeModule {
  readonly [moduleBrand]: true;
}
export interface NativeScriptObject {
  readonly [objectBrand]: true;
}
export interface NativePool {
  readonly [poolBrand]: true;
}

/** Any JavaScript value that crosses as an IValue. */
export type NativeValue = unknown;

/** Memory that can be read in place. */
export type NativeBuffer = ArrayBuffer | SharedArrayBuffer;

export interface NativeArgument {
  readonly name: string;
  readonly type: string;
  /** Absent when there is no default. */
  readonly default?: NativeValue;
  /** True where a default exists that JavaScript cannot show. */
  readonly hasDefault: boolean;
  readonly kwOnly: boolean;
}
export interface NativeMethod {
  readonly name: string;
  readonly args: readonly NativeArgument[];
  readonly returns: string;
  readonly stateful: boolean;
}
