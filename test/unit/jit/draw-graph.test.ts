import { describe, expect, it, vi } from 'vitest';
import { jit, loadModuleSync, ones, setWarningHandler, zeros } from '../../../src/index.js';
import { fixture, manifest } from '../../fixtures/fixtures.js';
import { rejected } from '../caught.js';

// Quantized tensors are deprecated, and LibTorch says so.
setWarningHandler(() => {});

const load = (name: string) => loadModuleSync(fixture(name));
const dot = (name: string, options?: jit.DrawGraphOptions) =>
  jit.drawGraph(load(name), { ...options, format: 'dot' });

describe('drawGraph', () => {
  it('writes DOT with boxes for operations, weights and captions in them', async () => {
    const text = await dot('resnet');
    expect(text).toMatch(/^digraph "TinyResNet.forward" \{\n/);
    expect(text).toContain('<b>conv2d</b>');
    expect(text).toContain('weight 8×3×3×3');
    expect(text).toContain('>layer1.conv2<');
    expect(text).toContain('label="layer1  BasicBlock"');
    expect(text.match(/<b>batch_norm<\/b>/g)).toHaveLength(6);
    expect(text).not.toContain('GetAttr');
  });

  it('has an arrow for each flow of data, between boxes that there are', async () => {
    for (const name of ['resnet', 'slow', 'raises', 'stateful-list', 'objects', 'uncuttable']) {
      const text = await dot(name);
      const boxes = new Set([...text.matchAll(/^\s*(n\d+) \[/gm)].map(([, id]) => id));
      const arrows = [...text.matchAll(/^\s*(n\d+) -> (n\d+) /gm)];
      for (const [, from, to] of arrows)
        expect([boxes.has(from), boxes.has(to)]).toEqual([true, true]);
      expect(text.match(/\{/g)?.length).toBe(text.match(/\}/g)?.length);
    }
    const [, second] = (await dot('resnet')).split('subgraph cluster_1');
    expect(second?.match(/-> n\d+ /g)?.length).toBeGreaterThan(10);
  });

  it('frames branches and loops, whose way back is dashed', async () => {
    const loop = await dot('slow');
    expect(loop).toContain('label="loop"');
    expect(loop).toMatch(/label=" again", style="dashed", constraint="false"/);
    const branch = await dot('uncuttable');
    expect(branch).toContain('label="then"');
    expect(branch).toContain('<b>end if</b>');
  });

  it('shows the shapes that tensors have with examples', async () => {
    expect(await dot('resnet')).not.toContain('1×8×32×32');
    const text = await dot('resnet', { examples: [zeros([1, 3, 32, 32])] });
    for (const shape of ['1×3×32×32', '1×8×32×32', '1×16×16×16', '1×10']) {
      expect(text).toContain(`label=" ${shape}"`);
    }
    expect(text).toContain('float32 1×3×32×32');
    const calls = await dot('resnet', { examples: [zeros([2, 3, 32, 32])], inlined: false });
    expect(calls).toContain('2×16×16×16');
    expect(calls).toContain('<b>relu</b>');
  });

  it('leaves state as it is when it runs examples', async () => {
    const model = load('stateful-counter');
    await jit.drawGraph(model, { examples: [ones([2])], format: 'dot' });
    expect(model.attribute('count')).toBe(0);
    const buffer = load('buffer-in-place');
    await jit.drawGraph(buffer, { examples: [ones([2])], format: 'dot' });
    expect(buffer.namedBuffers().get('total')?.toArray()).toEqual([0]);
  });

  it('refuses examples that do not fit, with the error of the run', async () => {
    const model = load('mlp');
    const draw = (examples: unknown) => rejected(jit.drawGraph(model, { examples } as never));
    expect((await draw([])).code).toBe('ERR_MISSING_ARGUMENT');
    expect((await draw(['x'])).code).toBe('ERR_INVALID_ARG_TYPE');
    expect((await draw(zeros([1, 16]))).code).toBe('ERR_INVALID_ARG_TYPE');
    expect((await draw([zeros([1, 3])])).message).toMatch(/mat1 and mat2|cannot be multiplied/);
  });

  it('lays out an SVG that says in titles what is what', async () => {
    const svg = await jit.drawGraph(load('resnet'));
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.trimEnd()).toMatch(/<\/svg>$/);
    expect(svg).toMatch(/<title>aten::conv2d[^<]*weight = conv1\.weight 8×3×3×3/);
    expect(svg).not.toMatch(/xlink:title|<title>n\d+<\/title>/);
    expect(svg.match(/text-anchor="start"/g)?.length ?? 0).toBeLessThan(10);
  });

  it.each(Object.keys(manifest.modules))('draws every method of %s', async (name) => {
    const model = load(name);
    for (const { name: method } of model.methods) {
      for (const inlined of [true, false]) {
        expect(await jit.drawGraph(model, { method, inlined, simplified: inlined })).toContain(
          '</svg>',
        );
      }
    }
  });

  it('escapes what would end a label', async () => {
    const text = await dot('attributes', { simplified: false });
    for (const line of text.split('\n').filter((each) => /^\s*n\d+ \[/.test(each))) {
      expect(line.replace(/\\./g, '').match(/"/g)!.length % 2, line).toBe(0);
    }
  });

  it('goes where it is told', async () => {
    expect(await dot('mlp')).toContain('rankdir="TB"');
    expect(await dot('mlp', { direction: 'right' })).toContain('rankdir="LR"');
    expect(await dot('mlp', { inlined: false })).toContain('<b>fc1</b>');
  });

  it('refuses wrong options', async () => {
    const model = load('mlp');
    const wrong = { format: 'png' } as never;
    expect(await rejected(jit.drawGraph(model, wrong))).toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
    });
    expect((await rejected(jit.drawGraph(model, { direction: 'up' as never }))).message).toContain(
      'down, right',
    );
    expect((await rejected(jit.drawGraph(model, { method: 'nope' }))).code).toBe('ERR_NO_METHOD');
    expect((await rejected(jit.drawGraph(3 as never))).code).toBe('ERR_INVALID_ARG_TYPE');
  });

  it('says what to install where the peer dependency is missing', async () => {
    vi.resetModules();
    vi.doMock('@hpcc-js/wasm-graphviz', () => {
      throw new Error('Cannot find package');
    });
    const { toSvg } = await import('../../../src/jit/draw/svg.js');
    const { code, message } = await rejected(toSvg('digraph {}'));
    vi.doUnmock('@hpcc-js/wasm-graphviz');
    expect(code).toBe('ERR_MISSING_GRAPHVIZ');
    expect(message).toMatch(/npm install @hpcc-js\/wasm-graphviz.*format: 'dot'/);
  });
});
