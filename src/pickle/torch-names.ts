import { isDType } from '../tensor/dtype.js';

/** Dtypes by the class of storage that torch.save names them with. */
const storageDTypes: Readonly<Record<string, string>> = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
  QInt8Storage: 'qint8',
  QUInt8Storage: 'quint8',
  QInt32Storage: 'qint32',
  QUInt4x2Storage: 'quint4x2',
  QUInt2x4Storage: 'quint2x4',
};
const dtypeStorages: ReadonlyMap<string, string> = new Map(
  Object.entries(storageDTypes).map(([storage, dtype]) => [dtype, storage]),
);

/** Dtypes of PyTorch that have no form in JavaScript. */
const otherDTypes: ReadonlySet<string> = new Set([
  'float8_e4m3fn',
  'float8_e5m2',
  'float8_e4m3fnuz',
  'float8_e5m2fnuz',
  'float8_e8m0fnu',
  'float4_e2m1fn_x2',
  'complex32',
  'quint4x2',
  'quint2x4',
  ...Array.from({ length: 7 }, (_, i) => [`uint${i + 1}`, `int${i + 1}`, `bits${i + 1}`]).flat(),
]);

const otherNames: Readonly<Record<string, string>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  cfloat: 'complex64',
  cdouble: 'complex128',
};

/** The dtype of `torch.<Name>Storage`: null for untyped bytes, undefined for another name. @internal */
export function dtypeOfStorage(className: string): string | null | undefined {
  if (className === 'UntypedStorage') return null;
  return Object.hasOwn(storageDTypes, className) ? storageDTypes[className] : undefined;
}

/** The storage class of a dtype; undefined where torch.save writes untyped bytes. @internal */
export function storageOfDType(dtype: string): string | undefined {
  return dtypeStorages.get(dtype);
}

/** The dtype that `torch.<name>` is, if it is one. @internal */
export function dtypeNamed(name: string): string | undefined {
  if (Object.hasOwn(otherNames, name)) return otherNames[name];
  return isDType(name) || otherDTypes.has(name) ? name : undefined;
}

const wide: Readonly<Record<string, number>> = { complex32: 4 };

/** Bytes of an element of a dtype without a form in JavaScript. @internal */
export function otherItemsize(dtype: string): number {
  return wide[dtype] ?? 1;
}
