/** A small module to train, and what a training step does with it. */
import {
  jit,
  loadModuleSync,
  manualSeed,
  nn,
  randn,
  type ScriptModule,
  type Tensor,
  tidy,
  zeros,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';

export const flat = (tensor: Tensor): number[] => tensor.flatten().toArray() as number[];

/** [n, 16] to [n, 4]. */
export const mlp = () => loadModuleSync<Tensor>(fixture('mlp'));

/** Two layers with dropout between them. */
export function net(): ScriptModule<[Tensor], Tensor> {
  manualSeed(1);
  return jit.compile<Tensor, [Tensor]>(
    `
    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(F.linear(x, self.first, self.bias))
        return F.linear(F.dropout(y, 0.5, self.training), self.second)
    `,
    { parameters: { first: randn([8, 4]), bias: randn([8]), second: randn([3, 8]) } },
  );
}

/** The loss, before the step. */
export function step(
  model: ScriptModule<[Tensor], Tensor>,
  optimizer: { zeroGrad(): void; step(): void },
): number {
  return tidy(() => {
    const loss = nn.functional.mseLoss(model.forwardSync(randn([16, 4])), zeros([16, 3]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item() as number;
  });
}

/** The scales of all FakeQuantize modules. */
export function scalesOf(model: Pick<ScriptModule, 'namedBuffers'>): number[][] {
  const scales = [...model.namedBuffers()].filter(([name]) => name.endsWith('.scale'));
  return scales.map(([, scale]) => flat(scale));
}
