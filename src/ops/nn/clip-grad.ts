/** Limits on gradients: PyTorch's `torch.nn.utils`. */
import { noGrad } from '../../autograd/modes.js';
import { type Tensors, tensorList } from '../../autograd/tensor-list.js';
import { zeros } from '../../tensor/factories.js';
import { operator } from '../../tensor/operators.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { norm } from '../norm.js';

const stack = operator('aten::stack');
const clamp = operator('aten::clamp');
const scale = operator('aten::mul_.Tensor');
const clampInto = operator('aten::clamp_');

/** Gradients that are there. */
function gradientsOf(where: string, parameters: Tensors): Tensor[] {
  const list = tensorList(where, parameters);
  return list.map(({ grad }) => grad).filter((gradient) => gradient !== null);
}

/**
 * Scales the gradients so that the norm of all of them together is at most `maxNorm`, in place, as
 * PyTorch's
 * [clip_grad_norm_](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html);
 * gives the norm they had.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const x = tensor([3, 4], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * console.log(nn.utils.clipGradNorm_([x], 1).item()); // 10
 * ```
 */
export function clipGradNorm_(parameters: Tensors, maxNorm: number, normType = 2): Tensor {
  return tidy(() =>
    noGrad(() => {
      const gradients = gradientsOf('clipGradNorm_', parameters);
      if (gradients.length === 0) return zeros([]);
      const norms = gradients.map((gradient) => norm(gradient, normType));
      const total = norm(stack(norms), normType);
      const share = clamp(total.add(1e-6).reciprocal().mul(maxNorm), { max: 1 });
      for (const gradient of gradients) scale(gradient, share);
      return total;
    }),
  );
}

/**
 * Limits each element of the gradients to [-clipValue, clipValue], in place, as PyTorch's
 * [clip_grad_value_](https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html).
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const x = tensor([3, -4], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * nn.utils.clipGradValue_([x], 1);
 * console.log(x.grad?.toArray()); // [1, -1]
 * ```
 */
export function clipGradValue_(parameters: Tensors, clipValue: number): void {
  tidy(() =>
    noGrad(() => {
      for (const gradient of gradientsOf('clipGradValue_', parameters)) {
        clampInto(gradient, -clipValue, clipValue);
      }
    }),
  );
}
