import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  jit,
  loadModule,
  loadModuleSync,
  loadStateDictSync,
  type ModuleInput,
  type ModuleValue,
  randn,
  type SaveOptions,
  type ScriptModule,
  save,
  setWarningHandler,
  Tensor,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

type AnyModule = ScriptModule<ModuleInput[], ModuleValue>;
interface Made {
  readonly model: AnyModule;
  readonly inputs: readonly Tensor[];
  readonly options?: SaveOptions;
}

const load = (name: string): AnyModule => loadModuleSync<ModuleValue>(fixture(name));
const x16 = randn([3, 16]);
const image = randn([2, 3, 32, 32]);
const row = randn([2, 4]);

/** Every way in which a module that is saved comes about; each gives the module and what to call it with. */
const ways: Readonly<Record<string, () => Promise<Made> | Made>> = {
  scripted: () => ({ model: load('resnet'), inputs: [image] }),
  traced: () => ({ model: load('resnet-traced'), inputs: [image] }),
  'extra files': () => {
    return { model: load('mlp'), inputs: [x16], options: { extraFiles: { 'labels.txt': 'кот' } } };
  },
  quantized: () => ({ model: load('quantized-linear'), inputs: [row] }),
  'saved twice': async () => {
    return { model: await loadModule(await load('chain').toBytes()), inputs: [image] } as Made;
  },
  'loaded state dict': async () => {
    const model = load('mlp');
    const doubled = [...model.stateDict()].map(([name, value]) => [name, value.mul(2)] as const);
    await model.loadStateDict(new Map(doubled));
    return { model, inputs: [x16] };
  },
  float64: async () => {
    return { model: await load('chain').to('float64'), inputs: [image.to('float64')] };
  },
  float16: async () => ({ model: await load('mlp').to('float16'), inputs: [x16.to('float16')] }),
  bfloat16: async () => ({ model: await load('mlp').to('bfloat16'), inputs: [x16.to('bfloat16')] }),
  'training, then evaluation': () => ({ model: load('modes-training').eval(), inputs: [row] }),
  clone: async () => ({ model: await load('resnet').clone(), inputs: [image] }),
  frozen: async () => ({ model: await jit.freeze(load('resnet')), inputs: [image] }),
  'frozen, numerics kept': async () => {
    const model = await jit.freeze(load('resnet'), { optimizeNumerics: false });
    return { model, inputs: [image] };
  },
  'optimized for inference': async () => {
    return { model: await jit.optimizeForInference(load('mlp')), inputs: [x16] };
  },
  'optimized for mobile, not prepacked': async () => {
    const model = await jit.optimizeForMobile(load('resnet'), {
      blocklist: ['insertFoldPrepackOps'],
    });
    return { model, inputs: [image] };
  },
  head: async () => {
    const [head] = await jit.split(load('resnet'), 'layer2.conv2');
    return { model: head, inputs: [image] };
  },
  tail: async () => {
    const [head, tail] = await jit.split(load('chain'), '1.1');
    return { model: tail as unknown as AnyModule, inputs: [head.forwardSync(image) as Tensor] };
  },
  'head of a tail': async () => {
    const [, tail] = await jit.split(load('chain'), 1);
    const [middle] = await jit.split(tail, '2');
    return { model: middle as unknown as AnyModule, inputs: [randn([2, 8, 32, 32])] };
  },
  compiled: () => {
    const source = `
      def forward(self, x: Tensor) -> Tuple[Tensor, Dict[str, Tensor]]:
          y = F.gelu(self.inner(x @ self.weight)) + self.shift
          return y, {"sum": y.sum(), "max": y.max()}
    `;
    const model = jit.compile<ModuleValue>(source, {
      parameters: { weight: randn([16, 16]) },
      buffers: { shift: randn([4]) },
      submodules: { inner: load('mlp') as never },
    });
    return { model, inputs: [x16] };
  },
  'traced here': () => {
    const weight = randn([16, 5]);
    const model = jit.trace((x: Tensor) => x.matmul(weight).tanh().softmax(-1), [x16]);
    return { model: model as unknown as AnyModule, inputs: [x16] };
  },
  'traced here, frozen': async () => {
    const weight = randn([16, 5]);
    const model = jit.trace((x: Tensor) => x.matmul(weight).relu(), [x16]);
    return { model: (await jit.freeze(model)) as unknown as AnyModule, inputs: [x16] };
  },
};

function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(tensorsIn);
}

const fileOf = (name: string): string => name.replace(/\W+/g, '-');

/** Saves the module, and what it gives for which inputs. */
async function write(folder: string, name: string): Promise<void> {
  const { model, inputs, options } = await ways[name]!();
  const file = path.join(folder, fileOf(name));
  await model.save(`${file}.pt`, options);
  const outputs = tensorsIn(model.forwardSync(...(inputs as never[])));
  const entries = [
    ...inputs.map((tensor, i) => [`input.${i}`, tensor] as const),
    ...outputs.map((tensor, i) => [`output.${i}`, tensor] as const),
  ];
  await save(new Map(entries) as never, `${file}.safetensors`);
}

function python(folder: string): Record<string, unknown> {
  const inRoot = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
  const args = [inRoot('scripts/run-python.mjs'), inRoot('test/parity/round-trips.py'), folder];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', env, stdio: 'pipe' });
  return JSON.parse(output.slice(output.lastIndexOf('\n', output.length - 2) + 1));
}

// Quantized tensors are deprecated, and LibTorch says so.
setWarningHandler(() => {});

describe('Python computes the same, bit for bit, with a module that was saved:', () => {
  let folder: string;
  let differences: Record<string, unknown>;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
    for (const name of Object.keys(ways)) await write(folder, name);
    differences = python(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.keys(ways))('%s', (name) => {
    expect(differences[fileOf(name)]).toEqual(name === 'extra files' ? 'кот' : '');
  });

  it.each(Object.keys(ways))('and so does the package: %s', (name) => {
    const file = path.join(folder, fileOf(name));
    using model = loadModuleSync<ModuleValue>(`${file}.pt`);
    const values = [...loadStateDictSync(`${file}.safetensors`)];
    const of = (kind: string) => values.filter(([key]) => key.startsWith(kind)).map(([, t]) => t);
    const outputs = tensorsIn(model.forwardSync(...(of('input') as never[])));
    expect(outputs.map((output, i) => output.equal(of('output')[i]!))).toEqual(
      outputs.map(() => true),
    );
  });
});
