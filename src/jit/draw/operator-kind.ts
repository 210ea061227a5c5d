/** What an operation is to people, which decides its colour. */
export type OperatorKind =
  | 'convolution'
  | 'linear'
  | 'activation'
  | 'normalization'
  | 'pooling'
  | 'shape'
  | 'arithmetic'
  | 'quantization'
  | 'control'
  | 'call'
  | 'input'
  | 'output';

/** Fill and border; text is dark on all of them. */
export const colors: Readonly<
  Record<OperatorKind, { readonly fill: string; readonly line: string }>
> = {
  convolution: { fill: '#d6e8fb', line: '#3d7ab8' },
  linear: { fill: '#dcdcfa', line: '#6060b8' },
  activation: { fill: '#fbe3d4', line: '#c77a45' },
  normalization: { fill: '#d9f2e3', line: '#3f9668' },
  pooling: { fill: '#f7dbe9', line: '#b3588a' },
  shape: { fill: '#ededed', line: '#8a8a8a' },
  arithmetic: { fill: '#fff4cc', line: '#b39433' },
  quantization: { fill: '#d5f0f2', line: '#3f8f96' },
  control: { fill: '#ffe1e1', line: '#bf5b5b' },
  call: { fill: '#f4ecfb', line: '#8a63ad' },
  input: { fill: '#ffffff', line: '#444444' },
  output: { fill: '#ffffff', line: '#444444' },
};

/** In this order: what a name says first counts. */
const patterns: readonly (readonly [RegExp, OperatorKind])[] = [
  [/conv/, 'convolution'],
  [/pool|upsample|interpolate|grid_sampl/, 'pooling'],
  [/norm|dropout/, 'normalization'],
  [
    /^hard|relu|gelu|silu|mish|elu$|celu|selu|sigmoid|tanh|softmax|softplus|softsign|^glu$/,
    'activation',
  ],
  [
    /linear|^(ad|b|bad)*d?(mm|bmm|mv)$|matmul|einsum|attention|embedding|lstm|gru|^rnn|^dot$/,
    'linear',
  ],
  [/quantize|int_repr|q_scale|q_zero/, 'quantization'],
  [
    /^(view|reshape|flatten|unflatten|permute|transpose|t|cat|stack|v?split|chunk|unbind|slice|select)/,
    'shape',
  ],
  [
    /^(un)?squeeze|^expand|^size|^dim|^numel|^contiguous|^to$|^to_|^index|^gather|pad|^narrow|^roll|^len$/,
    'shape',
  ],
  [
    /^(movedim|swapaxes|tile|repeat|detach|clone|alias|as_strided|type_as|pixel_(un)?shuffle)/,
    'shape',
  ],
];

/** 'aten::relu_' → 'relu', 'prim::ListConstruct' → 'list'. */
export function plainName(kind: string): string {
  const made = /^prim::(List|Tuple|Dict)Construct$/.exec(kind)?.[1];
  return made?.toLowerCase() ?? kind.replace(/^.*::_*/, '').replace(/_+$/, '');
}

/** The kind of an operation by the name that LibTorch gives it. */
export function kindOf(node: string): OperatorKind {
  if (/^prim::(If|Loop)$/.test(node)) return 'control';
  if (/^prim::(Call|fork|rpc|awaitable)/.test(node)) return 'call';
  const name = plainName(node);
  const found = patterns.find(([pattern]) => pattern.test(name))?.[1];
  if (found !== undefined) return found;
  return node.startsWith('quantized::') ? 'quantization' : 'arithmetic';
}
