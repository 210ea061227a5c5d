/** Small models to compare. */
import {
  jit,
  type ModuleInput,
  type ModuleValue,
  type ScriptModule,
  tensor,
} from '../../../src/index.js';

export type AnyModule = ScriptModule<ModuleInput[], ModuleValue>;

/** `forward(self, x: Tensor)` with the body that is given. */
export function model(
  body: string,
  returns = 'Tensor',
  weights: readonly number[] = [1],
): AnyModule {
  const source = `def forward(self, x: Tensor) -> ${returns}:\n    ${body}\n`;
  return jit.compile(source, { parameters: { w: tensor([...weights]) } }) as unknown as AnyModule;
}

/** Neither latency nor memory: what most tests want. */
export const errorsAlone = { iterations: 0, memory: false } as const;
