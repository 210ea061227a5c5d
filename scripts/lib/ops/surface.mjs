/** Which operators become functions and methods, under which names. */
import { grouped } from './grouped.mjs';
import { camel } from './names.mjs';
import { aboutTensors, takesTensor } from './types.mjs';

/** Registry names with these beginnings live in namespaces of their own. */
const namespaces = ['linalg', 'fft', 'special'];

/** Operators of `torch.nn.functional` that are C++ there too, besides those below. */
const functional = (
  'avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d bilinear channel_shuffle conv1d conv2d ' +
  'conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity gelu ' +
  'hardshrink hardtanh_ elu_ celu_ selu_ rrelu_ leaky_relu_ threshold_ linear logsigmoid=log_sigmoid ' +
  'native_channel_shuffle one_hot pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu relu_ ' +
  'scaled_dot_product_attention softplus softshrink'
).split(' ');

const isBackward = (base) => /_backward(_|$)/.test(base);

/** Names for people: no internals, no gradients, nothing of TorchScript's own types. */
function isPublic({ namespace, base, dispatched, obstacle }) {
  if (obstacle !== undefined) return false;
  return namespace === 'aten' && dispatched && /^[a-z]/.test(base) && !isBackward(base);
}

/** The argument that a method's `this` stands for. */
export function selfOf(operator) {
  return operator.args.find(
    (arg) => arg.name === 'self' && !arg.kwOnly && arg.type.kind === 'name' && takesTensor(arg),
  );
}

/**
 * Functions by module, and methods: each `{ name, base, operators }`, where `operators` has `out`
 * variants too.
 */
export function surfaceOf(operators, handWritten) {
  const byBase = grouped(operators.filter(isPublic), ({ base }) => base);
  const sorted = [...byBase].sort(([a], [b]) => (a < b ? -1 : 1));
  const modules = { torch: [], linalg: [], fft: [], special: [], functional: [] };
  const methods = [];
  for (const [base, all] of sorted) {
    const useful = all.filter((operator) => !operator.isOut && aboutTensors(operator));
    if (useful.length === 0) continue;
    const namespace = namespaces.find((prefix) => base.startsWith(`${prefix}_`));
    if (namespace !== undefined) {
      const name = camel(base.slice(namespace.length + 1));
      modules[namespace].push({ name, base, operators: all });
      continue;
    }
    modules.torch.push({ name: camel(base), base, operators: all });
    const name = camel(base);
    if (useful.some(selfOf) && !handWritten.has(name)) methods.push({ name, base, operators: all });
  }
  for (const entry of functional) {
    const [python, base = python] = entry.split('=');
    const all = byBase.get(base);
    if (all !== undefined) modules.functional.push({ name: camel(python), base, operators: all });
  }
  return { modules, methods };
}
