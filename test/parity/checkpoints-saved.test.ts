import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  arange,
  dtypes,
  loadModuleSync,
  loadSync,
  ones,
  save,
  saveSync,
  setWarningHandler,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { inFixtures, scratchFolder } from '../fixtures/folder.js';

/** Runs Python with torch and safetensors, and gives what it printed as JSON. */
function python(code: string, ...args: string[]): unknown {
  const script = fileURLToPath(new URL('../../scripts/run-python.mjs', import.meta.url));
  const output = execFileSync(process.execPath, [script, '-c', code, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(output.slice(output.lastIndexOf('\n', output.length - 2) + 1));
}

const READ = `
import json, sys, warnings
import torch
warnings.simplefilter("ignore")
value = torch.load(sys.argv[1], weights_only=True)
torch.load(sys.argv[1], weights_only=True, mmap=True)
def show(x):
    if isinstance(x, torch.Tensor):
        plain = x.int_repr() if x.is_quantized else x
        plain = torch.view_as_real(plain) if plain.is_complex() else plain
        bits = plain.tolist()
        return {"dtype": str(x.dtype), "stride": list(x.stride()), "data": bits}
    if isinstance(x, dict):
        return {"type": type(x).__name__, "items": [[show(k), show(v)] for k, v in x.items()]}
    if isinstance(x, (list, tuple)):
        return [show(i) for i in x]
    return {type(x).__name__: repr(x)}
shared = None
if isinstance(value, dict) and "base" in value:
    value["base"].fill_(9)
    shared = value["view"].tolist()
print(json.dumps({"value": show(value), "shared": shared}))
`;

// Making quantized tensors is deprecated, and LibTorch says so.
setWarningHandler(() => {});

describe('Python reads what save wrote:', () => {
  const read = (value: unknown): { value: unknown; shared: unknown } => {
    const file = path.join(scratchFolder(), 'saved.pth');
    saveSync(value as never, file);
    return python(READ, file) as { value: unknown; shared: unknown };
  };

  it('values', () => {
    const value = [
      1,
      -1,
      2 ** 40,
      2n ** 70n,
      0.5,
      true,
      null,
      'Привет\0',
      new Uint8Array([0, 255]),
    ];
    expect(read([...value, { re: 1, im: 2 }, new Map([[1, 'x']]), {}]).value).toEqual([
      { int: '1' },
      { int: '-1' },
      { int: '1099511627776' },
      { int: '1180591620717411303424' },
      { float: '0.5' },
      { bool: 'True' },
      { NoneType: 'None' },
      { str: "'Привет\\x00'" },
      { bytes: "b'\\x00\\xff'" },
      { complex: '(1+2j)' },
      { type: 'OrderedDict', items: [[{ int: '1' }, { str: "'x'" }]] },
      { type: 'dict', items: [] },
    ]);
  });

  it('tensors of every dtype', () => {
    const plain = dtypes.filter((dtype) => !dtype.startsWith('q'));
    const tensors = plain.map((dtype) => ones([2], { dtype }));
    const shown = read(tensors).value as { dtype: string; data: unknown }[];
    expect(shown.map(({ dtype }) => dtype)).toEqual(plain.map((dtype) => `torch.${dtype}`));
    const ofOnes = (dtype: string): unknown => {
      if (dtype === 'bool') return [true, true];
      return dtype.startsWith('complex')
        ? [
            [1, 0],
            [1, 0],
          ]
        : [1, 1];
    };
    expect(shown.map(({ data }) => data)).toEqual(plain.map(ofOnes));
  });

  it('shared memory and strides', () => {
    const base = arange(0, 6).reshape(2, 3);
    expect(read({ base, view: base.transpose(0, 1), none: zeros([0, 2]) }).shared).toEqual([
      [9, 9],
      [9, 9],
      [9, 9],
    ]);
  });

  it('quantized tensors', () => {
    const given = loadSync(inFixtures('checkpoints', 'quantized.pt')) as Record<string, Tensor>;
    const shown = read(Object.values(given)).value as { dtype: string; data: unknown }[];
    expect(shown.map(({ dtype }) => dtype)).toEqual([
      ...['torch.qint8', 'torch.quint8', 'torch.qint32', 'torch.qint8'],
    ]);
    const python = read([...Object.values(given)]).value;
    expect(python).toEqual(shown);
  });

  it('state dicts, and the model gives the same', async () => {
    const folder = scratchFolder();
    using model = loadModuleSync(fixture('mlp'));
    const x = tensor([Array.from({ length: 16 }, (_, i) => i / 8 - 1)]);
    const files = ['w.pth', 'w.safetensors'].map((name) => path.join(folder, name));
    for (const file of files) await save(model.stateDict(), file);
    const code = `
import json, sys, torch
from safetensors.torch import load_file
from torch import nn
fc1, fc2 = nn.Linear(16, 16), nn.Linear(16, 4)
outputs = []
for file in sys.argv[1:]:
    state = load_file(file) if file.endswith("safetensors") else torch.load(file, weights_only=True)
    module = nn.ModuleDict({"fc1": fc1, "fc2": fc2})
    module.load_state_dict({k: torch.zeros_like(v) for k, v in state.items()})
    module.load_state_dict(state)
    x = torch.tensor([[i / 8 - 1 for i in range(16)]])
    outputs.append(fc2(torch.relu(fc1(x))).tolist())
print(json.dumps(outputs))
`;
    const expected = model.forwardSync(x).toArray() as number[][];
    for (const output of python(code, ...files) as number[][][]) {
      output[0]?.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[0]![i]!, 6);
      });
    }
  });

  it('safetensors of every dtype it has', () => {
    const file = path.join(scratchFolder(), 'w.safetensors');
    const plain = dtypes.filter((dtype) => !/^q|complex128/.test(dtype));
    const state = Object.fromEntries(plain.map((dtype) => [dtype, ones([3], { dtype })]));
    saveSync({ ...state, t: arange(0, 6).reshape(2, 3).transpose(0, 1) }, file);
    const code = `
import json, sys
from safetensors.torch import load_file
state = load_file(sys.argv[1])
print(json.dumps({k: [str(v.dtype), v.abs().tolist() if v.is_complex() else v.tolist()] for k, v in state.items()}))
`;
    const shown = python(code, file) as Record<string, [string, unknown]>;
    for (const dtype of plain) {
      const ofOnes = dtype === 'bool' ? [true, true, true] : [1, 1, 1];
      expect(shown[dtype]).toEqual([`torch.${dtype}`, ofOnes]);
    }
    expect(shown.t?.[1]).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });
});
