import type { CodeClass } from './code.js';
import { plainName } from './function-text.js';
import type { Risk, RiskKind } from './inspection.js';
import type { CalledNames } from './operators.js';

const fileOperators: ReadonlySet<string> = new Set(['aten::save', 'aten::from_file']);
const networkSpaces: ReadonlySet<string> = new Set([
  'c10d',
  '_c10d_functional',
  '_c10d_functional_autograd',
  'c10d_functional',
  'symm_mem',
]);
const networkOperators: ReadonlySet<string> = new Set([
  'prim::rpc_async',
  'prim::rpc_sync',
  'prim::rpc_remote',
]);
/** Namespaces of operators that LibTorch itself brings. */
const ownSpaces: ReadonlySet<string> = new Set([
  ...networkSpaces,
  'aten',
  'prim',
  'prims',
  'quantized',
  '_quantized',
  'quantized_decomposed',
  'sparse',
  'mkldnn',
  'mkldnn_prepacked',
  'mkl',
  'mkldnn_rnn_layer',
  'onednn',
  'prepacked',
  'xnnpack',
  'vulkan_prepack',
  'vulkan_quantized',
  'metal_prepack',
  'metal',
  'static_runtime',
  'tensorexpr',
  'cuda',
  'profiler',
  'inductor',
  'rngprims',
  '_nnapi',
  '_test',
  'forced_aten',
  'torchvision',
]);
const ownClassSpaces: ReadonlySet<string> = new Set([
  'quantized',
  'sparse',
  'rnn',
  'xnnpack',
  'mkldnn',
  'metal',
  'vulkan',
  'profiler',
  'cuda',
]);

function spaceOf(name: string): string {
  return name.split(/::|\./, 1)[0]!;
}

function riskOf(operator: string): RiskKind | null {
  if (fileOperators.has(operator)) return 'file-operator';
  if (networkOperators.has(operator) || networkSpaces.has(spaceOf(operator))) {
    return 'network-operator';
  }
  return ownSpaces.has(spaceOf(operator)) ? null : 'custom-operator';
}

/** What deserves a second look, the gravest first. @internal */
export function findRisks(names: CalledNames, classes: Iterable<CodeClass>): Risk[] {
  const risks: Risk[] = [];
  for (const operator of names.operators) {
    const kind = riskOf(operator);
    if (kind !== null) risks.push({ kind, detail: operator });
  }
  for (const detail of names.hidden) risks.push({ kind: 'hidden-operators', detail });
  for (const { name, methods } of classes) {
    if (methods.some((method) => method.name === '__setstate__')) {
      risks.push({ kind: 'setstate', detail: plainName(name) });
    }
  }
  for (const detail of names.customClasses) {
    if (!ownClassSpaces.has(spaceOf(detail))) risks.push({ kind: 'custom-class', detail });
  }
  const order: readonly RiskKind[] = [
    'file-operator',
    'network-operator',
    'hidden-operators',
    'custom-operator',
    'custom-class',
    'setstate',
  ];
  return risks.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
