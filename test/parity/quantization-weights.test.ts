import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  loadModuleSync,
  quantizeWeightsSync,
  type ScriptModule,
  save,
  Tensor,
} from '../../src/index.js';
import { scratchFolder } from '../fixtures/folder.js';
import { expectValue, toInput, toTensor } from '../fixtures/values.js';
import { weightsFile, weightsModels } from '../fixtures/weights.js';

type AnyModule = ScriptModule<unknown[], Tensor>;

const program = fileURLToPath(new URL('quantization-weights.py', import.meta.url));
const runner = fileURLToPath(new URL('../../scripts/run-python.mjs', import.meta.url));
const names = Object.keys(weightsModels);
const suffixes = {
  int8: ['', '_scale'],
  uint8: ['', '_scale', '_minimum'],
  int4: ['', '_scale', '_zero_point'],
} as const;

const load = (name: string): AnyModule => loadModuleSync(weightsFile(name)) as never;
const argumentsOf = (name: string): unknown[] => weightsModels[name]!.args.map(toInput);

describe.each(names)('%s, with weights in fewer bits', (name) => {
  const { cases } = weightsModels[name]!;

  it.each(cases)('gives what the formulas give: $linear, $groupSize', (golden) => {
    using model = load(name);
    const { linear, groupSize, stored, result } = golden;
    using small = quantizeWeightsSync(model, { linear, groupSize });
    expect(small.skipped).toEqual([]);
    expectValue(small.module.forwardSync(...argumentsOf(name)), result, { atol: 1e-5 });
    const state = small.module.stateDict();
    for (const { name: layer, dtype } of small.quantized) {
      // What is shared is stored once.
      for (const [i, want] of (stored[layer] ?? []).entries()) {
        const suffix = suffixes[dtype as keyof typeof suffixes][i]!;
        const got = state.get(`${layer.replaceAll('.', '_')}_weight${suffix}`)!;
        const wanted = toTensor((want as { tensor: never }).tensor);
        expect(got.dtype).toBe(suffix === '_scale' && dtype === 'int4' ? 'bfloat16' : wanted.dtype);
        expect(got.shape).toEqual(wanted.shape);
        expect(got.to(wanted.dtype).equal(wanted), `${layer}${suffix}`).toBe(true);
      }
    }
  });
});

describe('a file with weights in fewer bits', () => {
  interface Looked {
    readonly apart: number;
    readonly bytes: number;
  }
  it('gives the same in Python, also frozen and optimized, and grows by neither', async () => {
    const folder = scratchFolder();
    const own = new Map<string, number>();
    for (const name of names) {
      for (const linear of ['int8', 'int4'] as const) {
        using model = load(name);
        using small = quantizeWeightsSync(model, { linear });
        const inputs = argumentsOf(name);
        const file = path.join(folder, `${name}-${linear}`);
        await small.module.save(`${file}.pt`);
        const tensors = inputs.map((input, i): [string, Tensor] => {
          const tensor = input instanceof Tensor ? input : toTensor(scalar(Number(input)));
          return [`input.${i}`, tensor];
        });
        const output = small.module.forwardSync(...inputs);
        await save(new Map([...tensors, ['output', output]]), `${file}.safetensors`);
        own.set(`${name}-${linear}`, (await small.module.toBytes()).byteLength);
      }
    }
    const printed = execFileSync(process.execPath, [runner, program, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const found = JSON.parse(String(printed)) as Record<string, Record<string, Looked>>;
    expect(Object.keys(found).sort()).toEqual([...own.keys()].sort());
    for (const [name, ways] of Object.entries(found)) {
      for (const [way, { apart, bytes }] of Object.entries(ways)) {
        expect(apart, `${name}, ${way}`).toBeLessThan(1e-6);
        expect(bytes, `${name}, ${way}`).toBeLessThan(own.get(name)! * 1.3);
      }
    }
  });
});

function scalar(value: number): never {
  const data = Buffer.from(BigInt64Array.of(BigInt(value)).buffer).toString('base64');
  return { dtype: 'int64', shape: [], data } as never;
}
