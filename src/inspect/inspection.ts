import type { MethodArgument } from '../module/method.js';
import type { ModuleFormat } from '../module/module-parts.js';
import type { DType } from '../tensor/dtype.js';
import type { Shape } from '../tensor/shape.js';
import type { BytecodeInspection } from './bytecode.js';

/** A parameter, buffer or constant as a file describes it. */
export interface InspectedTensor {
  /** Qualified by the modules it lies in: 'fc1.weight'. */
  readonly name: string;
  readonly shape: Shape;
  /** PyTorch's name; also of types that tensors here cannot have, such as 'float8_e5m2'. */
  readonly dtype: DType | (string & {});
  /** Elements times bytes of an element. */
  readonly bytes: number;
  /** Where it was when saved: 'cpu', 'cuda:0'. */
  readonly device: string;
  readonly requiresGrad: boolean;
}

/** A method as the code of a file declares it. */
export interface InspectedMethod {
  readonly name: string;
  /** Without `self`. */
  readonly args: readonly MethodArgument[];
  readonly returns: string;
}

/** A module inside the file. */
export interface InspectedSubmodule {
  /** Qualified; the root is ''. */
  readonly name: string;
  /** As '__torch__.torch.nn.modules.linear.Linear'. */
  readonly typeName: string;
}

/** An attribute that is neither tensor nor module. */
export interface InspectedAttribute {
  readonly name: string;
  /** TorchScript's type; 'Any' where the code does not declare it. */
  readonly type: string;
}

/** A class that the file declares besides its modules; a type of arguments and results. */
export interface InspectedClass {
  /** As '__torch__.Point'. */
  readonly name: string;
  readonly kind: 'NamedTuple' | 'Enum' | 'Interface' | 'class';
  /** Of a NamedTuple its elements in order, of a class its attributes. */
  readonly fields: readonly InspectedAttribute[];
}

/** A file that travels in the archive. */
export interface InspectedExtraFile {
  readonly name: string;
  readonly bytes: number;
}

/**
 * Why a file deserves a second look: `file-operator` reads or writes files, `network-operator`
 * speaks to other machines, `custom-operator` and `custom-class` need native code of others,
 * `setstate` runs code while the file is loaded, `hidden-operators` may call what is not listed.
 */
export type RiskKind =
  | 'file-operator'
  | 'network-operator'
  | 'custom-operator'
  | 'custom-class'
  | 'setstate'
  | 'hidden-operators';

/** One risk and what it is about: an operator, a class, or a sentence. */
export interface Risk {
  readonly kind: RiskKind;
  readonly detail: string;
}

/** What `inspectModule` found; plain data that JSON can carry, but for bigint defaults. */
export interface ModuleInspection {
  readonly format: ModuleFormat;
  /** Of the whole file. */
  readonly bytes: number;
  /** Versions of the file format and, for the lite interpreter, of its bytecode. */
  readonly versions: { readonly file: number | null; readonly bytecode: number | null };
  /** What wrote it, as far as the file tells: 'PyTorch 2.1 or later'. */
  readonly producer: string;
  readonly typeName: string;
  /** Null where the file does not say, as for frozen modules. */
  readonly training: boolean | null;
  /** Weights are constants of the code, as after `freeze`. */
  readonly frozen: boolean;
  readonly quantized: boolean;
  readonly methods: readonly InspectedMethod[];
  /** Of modules for the lite interpreter: what its instructions need; null for others. */
  readonly bytecode: BytecodeInspection | null;
  readonly modules: readonly InspectedSubmodule[];
  readonly parameters: readonly InspectedTensor[];
  readonly buffers: readonly InspectedTensor[];
  /** Tensors of the code itself: 'c0'. */
  readonly constants: readonly InspectedTensor[];
  readonly attributes: readonly InspectedAttribute[];
  readonly classes: readonly InspectedClass[];
  /** Bytes of all tensors' memory in the file. */
  readonly weightBytes: number;
  /** Operators that the code names, without overloads, sorted: 'aten::linear'. */
  readonly operators: readonly string[];
  /** Names called on values: methods of the file's classes, or operators where a value has none. */
  readonly methodCalls: readonly string[];
  /** Classes written in C++ that the file uses: 'quantized.LinearPackedParamsBase'. */
  readonly customClasses: readonly string[];
  readonly extraFiles: readonly InspectedExtraFile[];
  readonly risks: readonly Risk[];
}
