import type { DType } from '../tensor/dtype.js';

const names: Readonly<Record<string, DType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
  C64: 'complex64',
};
const codes: ReadonlyMap<DType, string> = new Map(
  Object.entries(names).map(([code, dtype]) => [dtype, code]),
);

/** The dtype that safetensors calls so; undefined for those without a form here. @internal */
export function dtypeOfCode(code: string): DType | undefined {
  return Object.hasOwn(names, code) ? names[code] : undefined;
}

/** The name that safetensors has for a dtype. @internal */
export function codeOfDType(dtype: DType): string | undefined {
  return codes.get(dtype);
}
