import { jit, nn, noGrad, ones, optimize, prune, rand, randn, setNumThreads } from 'libtorch-node';
import { Report } from '../lib/report.mjs';
import { hereSync, measure } from '../lib/rounds.mjs';

const { batchNorm, conv2d, linear, maxPool2d } = nn.functional;
const image = [1, 3, 224, 224];
const shapes = {
  /** VGG-11 with batch norm: channels after each convolution, 'M' for pooling. */
  vgg: [64, 'M', 128, 'M', 256, 256, 'M', 512, 512, 'M', 512, 512, 'M'],
  /** ResNet-18: channels and stride of each block. */
  resnet: [64, 64, [128, 2], 128, [256, 2], 256, [512, 2], 512],
};

/** Makes parameters at their first use, so that a model is written down once. */
class Weights {
  parameters = {};
  buffers = {};

  get(name, make, kind = 'parameters') {
    this[kind][name] ??= make();
    return this[kind][name];
  }

  convolution(name, x, out, { size = 3, stride = 1, bias } = {}) {
    const scale = (2 / (x.shape[1] * size * size)) ** 0.5;
    const kernel = this.get(`${name}_weight`, () =>
      randn([out, x.shape[1], size, size]).mul(scale),
    );
    const options = { stride, padding: size >> 1 };
    if (bias) options.bias = this.get(`${name}_bias`, () => randn([out]).mul(0.1));
    return conv2d(x, kernel, options);
  }

  norm(name, x) {
    const of = (key, make, kind) => this.get(`${name}_${key}`, () => make(x.shape[1]), kind);
    return batchNorm(
      x,
      of('mean', (n) => randn([n]).mul(0.1), 'buffers'),
      of('variance', (n) => rand([n]).add(0.5), 'buffers'),
      {
        weight: of('weight', (n) => rand([n]).add(0.5)),
        bias: of('bias', (n) => randn([n]).mul(0.1)),
      },
    );
  }

  linear(name, x, out) {
    const columns = x.shape[1];
    const weight = this.get(`${name}_weight`, () =>
      randn([out, columns]).mul((1 / columns) ** 0.5),
    );
    return linear(x, weight, { bias: this.get(`${name}_bias`, () => randn([out])) });
  }
}

function vgg(weights, x) {
  let y = x;
  shapes.vgg.forEach((out, i) => {
    if (out === 'M') y = maxPool2d(y, 2, { stride: 2 });
    else
      y = weights.norm(`norm${i}`, weights.convolution(`conv${i}`, y, out, { bias: true })).relu();
  });
  y = weights.linear('fc1', y.flatten(1), 4096).relu();
  y = weights.linear('fc2', y, 4096).relu();
  return weights.linear('fc3', y, 1000);
}

function resnet(weights, x) {
  let y = weights.norm('norm', weights.convolution('conv', x, 64, { size: 7, stride: 2 })).relu();
  y = maxPool2d(y, 3, { stride: 2, padding: 1 });
  shapes.resnet.forEach((block, i) => {
    const [out, stride] = Array.isArray(block) ? block : [block, 1];
    const conv = (name, input, options) =>
      weights.norm(`norm${i}${name}`, weights.convolution(`conv${i}${name}`, input, out, options));
    const around = stride === 1 ? y : conv('c', y, { size: 1, stride });
    y = conv('b', conv('a', y, { stride }).relu())
      .add(around)
      .relu();
  });
  return weights.linear('fc', y.mean([2, 3]), 1000);
}

function make(model) {
  const weights = new Weights();
  noGrad(() => model(weights, rand(image)));
  const { parameters, buffers } = weights;
  return jit.trace((x) => model(weights, x), [rand(image)], { parameters, buffers });
}

/** Half of the channels of each layer whose channels can go. */
async function halve(report, name, model, least) {
  const options = { prune: { amount: 0.5, structured: true } };
  const masked = await optimize(model, { ...options, shrink: false });
  const small = await prune.shrink(masked.module, { example: [ones(image)] });
  const x = rand(image);
  const loop = (module) =>
    hereSync((count) => {
      for (let i = 0; i < count; i++) module.forwardSync(x).dispose();
    });
  const contenders = { masked: loop(masked.module), shrunk: loop(small.module) };
  const times = await measure(contenders, { rounds: 9, ms: 400 });
  const size = async (module) => (await module.toBytes()).byteLength / 2 ** 20;
  const apart = masked.module.forwardSync(x).sub(small.module.forwardSync(x)).abs().max().item();
  const ratio = times.masked.over(times.shrunk);
  report.check(`${name}: speed-up by cutting channels out`, ratio.median, {
    limit: least,
    least: true,
    byMinima: ratio.min,
  });
  report.measurements[name] = { times, shrunk: small.shrunk, kept: small.kept };
  return [
    name,
    small.shrunk.length,
    await size(masked.module),
    await size(small.module),
    times.masked.median / 1000,
    times.shrunk.median / 1000,
    apart,
  ];
}

export async function figure() {
  setNumThreads(1);
  const report = new Report('shrink', 'half of the channels masked, and cut out');
  report.table(
    'one image of 224 × 224, one thread, random weights; medians',
    ['model', 'layers', 'MB masked', 'MB shrunk', 'ms masked', 'ms shrunk', 'apart'],
    [
      await halve(report, 'VGG-11', make(vgg), 2),
      await halve(report, 'ResNet-18', make(resnet), 1.3),
    ],
  );
  return report;
}
