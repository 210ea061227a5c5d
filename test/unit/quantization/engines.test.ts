import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  backends,
  loadModule,
  loadModuleSync,
  quantizeDynamic,
  quantizeDynamicSync,
  randn,
  setWarningHandler,
  supportedQuantizedOperators,
} from '../../../src/index.js';
import { quantizationFile } from '../../fixtures/quantization.js';
import { caught } from '../caught.js';

const own = backends.quantized.engine;
const x = randn([3, 16]);

beforeAll(() => setWarningHandler(() => {}));
afterEach(() => {
  backends.quantized.engine = own;
});

describe('quantized engines', () => {
  it('are listed, and one is in use', () => {
    expect(backends.quantized.supportedEngines).toEqual(backends().quantizedEngines);
    expect(backends.quantized.supportedEngines).toContain(own);
    expect(backends().quantizedEngine).toBe(own);
  });

  it('are chosen for the process', () => {
    for (const engine of backends.quantized.supportedEngines) {
      backends.quantized.engine = engine;
      expect(backends.quantized.engine).toBe(engine);
      expect(backends().quantizedEngine).toBe(engine);
    }
  });

  it('are refused where there are none', () => {
    const set = (engine: unknown) => () => {
      backends.quantized.engine = engine as never;
    };
    expect(caught(set('tensorrt'))).toMatchObject({ code: 'ERR_ENGINE' });
    expect(caught(set(undefined))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(caught(set(null))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(backends.quantized.engine).toBe(own);
  });

  it('are chosen for one quantization, which leaves that of the process', async () => {
    using model = loadModuleSync(quantizationFile('mlp.pt'));
    const pending = backends.quantized.supportedEngines.flatMap((engine) =>
      Array.from({ length: 4 }, async () => {
        using result = await quantizeDynamic(model, { engine });
        return [engine, result.module.forwardSync(x).toArray()] as const;
      }),
    );
    // What is loaded meanwhile is packed for the process's own.
    const loads = Array.from({ length: 8 }, async () => {
      using loaded = await loadModule(quantizationFile('python-dynamic-jit.pt'));
      return loaded.forwardSync(x).toArray();
    });
    const results = await Promise.all(pending);
    expect(backends.quantized.engine).toBe(own);
    for (const [engine, result] of results) {
      backends.quantized.engine = engine;
      using alone = quantizeDynamicSync(model);
      expect(result).toEqual(alone.module.forwardSync(x).toArray());
    }
    backends.quantized.engine = own;
    using loaded = loadModuleSync(quantizationFile('python-dynamic-jit.pt'));
    const expected = loaded.forwardSync(x).toArray();
    for (const result of await Promise.all(loads)) expect(result).toEqual(expected);
  });

  it('read what any of them wrote', async () => {
    using model = loadModuleSync(quantizationFile('lstm-head.pt'));
    const steps = randn([5, 2, 6]);
    const expected = model.forwardSync(steps);
    for (const writer of backends.quantized.supportedEngines) {
      using made = await quantizeDynamic(model, { engine: writer });
      const bytes = await made.module.toBytes();
      for (const reader of backends.quantized.supportedEngines) {
        backends.quantized.engine = reader;
        using read = loadModuleSync(bytes);
        const [y] = read.forwardSync(steps) as unknown as (typeof x)[];
        const [wanted] = expected as unknown as (typeof x)[];
        expect(y!.sub(wanted!).abs().max().item()).toBeLessThan(0.1);
      }
    }
  });
});

describe('supportedQuantizedOperators', () => {
  it('names operators on quantized tensors and packed weights, in order', () => {
    const names = supportedQuantizedOperators();
    for (const name of ['aten::relu', 'quantized::linear', 'quantized::linear_dynamic']) {
      expect(names).toContain(name);
    }
    expect(names).not.toContain('aten::svd');
    expect(names).toEqual([...new Set(names)].sort());
  });
});
