/** `cpp/binding/math_mode.cc`: what holds for the whole process. */

export type NativeSwitch =
  | 'cuda.matmul.allowTf32'
  | 'cudnn.allowTf32'
  | 'cudnn.benchmark'
  | 'cudnn.deterministic'
  | 'cudnn.enabled'
  | 'mkldnn.allowTf32'
  | 'mkldnn.deterministic'
  | 'mkldnn.enabled'
  | 'deterministic.fillUninitializedMemory';

export interface MathModeRoom {
  getSwitch(name: NativeSwitch): boolean;
  setSwitch(name: NativeSwitch, value: boolean): void;
  float32MatmulPrecision(): 'highest' | 'high' | 'medium';
  setFloat32MatmulPrecision(precision: 'highest' | 'high' | 'medium'): void;
  deterministicAlgorithms(): { readonly enabled: boolean; readonly warnOnly: boolean };
  useDeterministicAlgorithms(enabled: boolean, warnOnly: boolean): void;
}
