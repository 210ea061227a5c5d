import type * as Zod from 'zod';
import { makeError } from '../make-error.js';
import { showExtraFiles } from '../module/extra-files.js';
import type { Float } from '../module/float.js';
import { requireParts } from '../module/module-parts.js';
import { ScriptModule } from '../module/script-module.js';
import type { ModuleInput } from '../module/value.js';
import { native } from '../native/addon.js';
import type { CompileMembers, NativeModule } from '../native/types.js';
import { optionsCheck } from '../options.js';
import { Tensor } from '../tensor/tensor.js';

/** An attribute whose type the value alone does not tell, as `{ type: 'List[int]', value: [] }`. */
export interface TypedAttribute {
  /** As in a TorchScript annotation; may name classes of the source. */
  readonly type: string;
  readonly value: ModuleInput;
}

/** A module, or modules that the source iterates over or indexes. */
export type Submodule = AnyModule | readonly AnyModule[];
// biome-ignore lint/suspicious/noExplicitAny: modules of every signature.
type AnyModule = ScriptModule<any, any>;

/** What a constant may be: folded into the code. */
export type ConstantValue =
  | number
  | bigint
  | boolean
  | string
  | Float
  | null
  | readonly ConstantValue[];

/** What the methods of the source find on `self`. */
export interface CompileOptions {
  /** Require grad where their dtype can; share the tensors' memory. Null: None. */
  readonly parameters?: Readonly<Record<string, Tensor | null>> | undefined;
  /** Saved, but not trained; share the tensors' memory. Null: None. */
  readonly buffers?: Readonly<Record<string, Tensor | null>> | undefined;
  /** A number is a float, a bigint an int, unless a type is given. */
  readonly attributes?: Readonly<Record<string, ModuleInput | TypedAttribute>> | undefined;
  /** `self.sub(x)`; of an array `for layer in self.layers`. The same weights, own attributes. */
  readonly submodules?: Readonly<Record<string, Submodule>> | undefined;
  /** `self.NAME` or just `NAME`. An integral number is an int, an array a tuple. */
  readonly constants?: Readonly<Record<string, ConstantValue>> | undefined;
  /** The class becomes `__torch__.name`; 'Module' unless given. */
  readonly name?: string | undefined;
}

const identifier = /^[A-Za-z_]\w*$/;
const qualified = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

const check = optionsCheck('jit.compile', (z) => {
  const named = <T extends Zod.ZodType>(value: T) =>
    z.record(z.string().regex(identifier, 'a name must be an identifier'), value).optional();
  const tensor = z.instanceof(Tensor).nullable();
  const module = z.instanceof(ScriptModule);
  return z.strictObject({
    parameters: named(tensor),
    buffers: named(tensor),
    attributes: named(z.unknown()),
    submodules: named(z.union([module, z.array(module)])),
    constants: named(z.unknown()),
    name: z.string().regex(qualified, 'expected an identifier, may be with dots').optional(),
  });
});

/**
 * Compiles TorchScript source into a module: methods (`def forward(self, x: Tensor) -> Tensor:`),
 * functions and classes beside them, control flow and types as in `torch.jit.script`. `torch`, `F`
 * (torch.nn.functional) and `math` are there without an import; common indentation is taken off.
 * Throws a CompileError (ERR_COMPILE) with line and column.
 *
 * @example
 * ```ts
 * import { jit, ones, randn } from 'libtorch-node';
 *
 * using model = jit.compile(
 *   `
 *   def forward(self, x: Tensor) -> Tensor:
 *       for _ in range(self.steps):
 *           x = F.relu(x @ self.weight)
 *       return x
 *   `,
 *   { parameters: { weight: randn([4, 4]) }, constants: { steps: 3 }, name: 'Steps' },
 * );
 * console.log(model.typeName); // __torch__.Steps
 * console.log(model.forwardSync(ones([2, 4])).shape); // [2, 4]
 * await model.save('steps.pt');
 * ```
 */
export function compile<Output = Tensor, Args extends unknown[] = ModuleInput[]>(
  source: string,
  options?: CompileOptions,
): ScriptModule<Args, Output> {
  if (typeof source !== 'string') {
    const message = `jit.compile: expected TorchScript source as a string, got ${typeof source}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  if (options !== undefined) check(options);
  const handle = native.jit.compile(source, options?.name ?? 'Module', membersOf(options ?? {}));
  return new ScriptModule<Args, Output>({ handle, guard: null, extraFiles: showExtraFiles({}) });
}

function membersOf(options: CompileOptions): CompileMembers {
  return {
    parameters: Object.entries(options.parameters ?? {}),
    buffers: Object.entries(options.buffers ?? {}),
    attributes: Object.entries(options.attributes ?? {}).map(([name, value]) =>
      isTyped(value) ? [name, value.value, value.type] : [name, value, null],
    ),
    constants: Object.entries(options.constants ?? {}),
    submodules: Object.entries(options.submodules ?? {}).map(([name, given]) => [
      name,
      isList(given) ? given.map(handleOf) : handleOf(given),
    ]),
  };
}

function isList(given: Submodule): given is readonly AnyModule[] {
  return Array.isArray(given);
}

function handleOf(module: AnyModule): NativeModule {
  return requireParts('jit.compile', module).handle;
}

function isTyped(value: unknown): value is TypedAttribute {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 2 && 'value' in value && 'type' in value && typeof value.type === 'string';
}
