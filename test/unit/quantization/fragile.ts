/** A model one of whose layers does not survive 8 bits, and data that shows it. */
import {
  type EvaluationBatch,
  jit,
  manualSeed,
  randn,
  type ScriptModule,
  type Tensor,
  zeros,
} from '../../../src/index.js';

const WIDTH = 16;

function linear(outputs: number, outlier: number): ScriptModule {
  const weight = randn([outputs, WIDTH]) as Tensor;
  const bias = zeros([outputs]);
  if (outlier > 0) weight.select(1, 0).fill_(outlier);
  return jit.compile(
    `
    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias)
    `,
    { parameters: { weight, bias }, name: 'Linear' },
  ) as unknown as ScriptModule;
}

/**
 * Three linear layers. What enters the second has a zero in the first place, so that the large weights
 * there mean nothing in float, but take all steps of 8 bits.
 */
export function fragileModel(): ScriptModule {
  manualSeed(5);
  const module = jit.compile(
    `
    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first(x))
        x = F.relu(self.fragile(x * self.mask))
        return self.last(x)
    `,
    {
      submodules: { first: linear(WIDTH, 0), fragile: linear(WIDTH, 1e4), last: linear(8, 0) },
      buffers: { mask: mask() },
      name: 'Fragile',
    },
  ) as unknown as ScriptModule;
  module.eval();
  return module;
}

function mask(): Tensor {
  const values = zeros([WIDTH]).add(1) as Tensor;
  values.select(0, 0).zero_();
  return values;
}

/** Inputs with what the model itself answers in float. */
export function ownAnswers(model: ScriptModule, batches = 3): EvaluationBatch[] {
  return Array.from({ length: batches }, () => {
    const x = randn([64, WIDTH]) as Tensor;
    return [x, model.forwardSync(x).detach().argmax(1) as Tensor] as const;
  });
}
