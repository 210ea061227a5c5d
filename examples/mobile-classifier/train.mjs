// A small convolutional classifier in TorchScript, and its training.

import { jit, manualSeed, nn, ones, optim, randn, tensor, tidy, zeros } from 'libtorch-node';
import {
  decodeImages,
  TORCHVISION_NORM_MEAN_RGB,
  TORCHVISION_NORM_STD_RGB,
} from 'libtorch-node/image';
import { generator, labels, photograph } from './shapes.mjs';

const BATCH = 32;

/** What the model takes: a square out of the middle, as the mobile libraries normalize it. */
export const input = {
  resize: 32,
  centerCrop: 32,
  mean: TORCHVISION_NORM_MEAN_RGB,
  std: TORCHVISION_NORM_STD_RGB,
};

/** Convolution, batch norm, ReLU; halves the image. */
function block(inputs, outputs) {
  return jit.compile(
    `
    def forward(self, x: Tensor) -> Tensor:
        x = F.conv2d(x, self.kernel, None, 1, 1)
        x = F.batch_norm(x, self.mean, self.variance, self.weight, self.bias, self.training)
        return F.max_pool2d(F.relu(x), 2)
    `,
    {
      parameters: {
        kernel: randn([outputs, inputs, 3, 3]).mul(Math.sqrt(2 / (9 * inputs))),
        weight: ones([outputs]),
        bias: zeros([outputs]),
      },
      buffers: { mean: zeros([outputs]), variance: ones([outputs]) },
      name: 'Block',
    },
  );
}

/** float32 [n, 3, 32, 32] to logits [n, labels]. */
export function makeModel() {
  manualSeed(7);
  const blocks = [block(3, 16), block(16, 32), block(32, 32)];
  return jit.compile(
    `
    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        x = F.dropout(x.flatten(1), 0.3, self.training)
        return F.linear(x, self.weight, self.bias)
    `,
    {
      parameters: { weight: randn([labels.length, 512]).mul(0.02), bias: zeros([labels.length]) },
      submodules: { blocks },
      name: 'ShapeClassifier',
    },
  );
}

/** Decoded photographs, [count, 3, 32, 32], and what is on them. */
export async function photographs(count, seed) {
  const random = generator(seed);
  const classes = Array.from({ length: count }, (_, i) => i % labels.length);
  const files = await Promise.all(classes.map((label) => photograph(labels[label], random)));
  return { images: await decodeImages(files, input), classes };
}

/** Trains in place; gives the loss of each step. */
export function train(model, { images, classes }, epochs) {
  const answers = tensor(BigInt64Array.from(classes, BigInt));
  const optimizer = new optim.AdamW(model.parameters(), { lr: 4e-3, weightDecay: 1e-2 });
  const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: epochs });
  const random = generator(11);
  const losses = [];
  model.train();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const keys = classes.map(() => random());
    const order = classes.map((_, i) => i).sort((a, b) => keys[a] - keys[b]);
    for (let at = 0; at < order.length; at += BATCH) {
      const rows = BigInt64Array.from(order.slice(at, at + BATCH), BigInt);
      const step = tidy(() => {
        const index = tensor(rows);
        const logits = model.forwardSync(images.indexSelect(0, index));
        const loss = nn.functional.crossEntropy(logits, answers.indexSelect(0, index));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      losses.push(step);
    }
    scheduler.step();
  }
  optimizer.dispose();
  answers.dispose();
  model.eval();
  return losses;
}
