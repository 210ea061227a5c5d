import { describe, expect, expectTypeOf, it } from 'vitest';
import { jit, loadModuleSync, type ScriptModule } from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { caught } from '../caught.js';

const load = (name: string) => loadModuleSync(fixture(name));

/** All nodes, those in blocks too. */
function allNodes(block: jit.GraphBlock): jit.GraphNode[] {
  return block.nodes.flatMap((node) => [node, ...node.blocks.flatMap(allNodes)]);
}
const find = (data: jit.GraphData, kind: string): jit.GraphNode[] =>
  allNodes(data.body).filter((node) => node.kind === kind);

describe('graphData', () => {
  it('lists operations with the submodules that they are from', () => {
    const data = jit.graphData(load('resnet'));
    const operations = data.body.nodes.filter(({ kind }) => kind.startsWith('aten::'));
    expect(operations.slice(0, 5).map(({ kind, scope }) => [kind, scope])).toEqual([
      ['aten::conv2d', 'conv1'],
      ['aten::batch_norm', 'bn1'],
      ['aten::relu', ''],
      ['aten::conv2d', 'layer1.conv1'],
      ['aten::batch_norm', 'layer1.bn1'],
    ]);
    expect(data.method).toBe('forward');
  });

  it('names arguments, tells defaults, and knows weights', () => {
    const data = jit.graphData(load('resnet'));
    const [conv] = find(data, 'aten::conv2d');
    expect(conv?.inputs.map(({ name }) => name)).toEqual([
      ...['input', 'weight', 'bias', 'stride', 'padding', 'dilation', 'groups'],
    ]);
    const defaults = conv?.inputs.filter(({ isDefault }) => isDefault).map(({ name }) => name);
    expect(defaults).toContain('groups');
    expect(defaults).not.toContain('padding');
    const weight = conv?.inputs[1]?.value as number;
    expect(data.values[weight]).toMatchObject({ dtype: 'float32', shape: [8, 3, 3, 3] });
    const read = data.body.nodes.find(({ outputs }) => outputs[0] === weight);
    expect(read).toMatchObject({ kind: 'prim::GetAttr', target: 'conv1.weight' });
  });

  it('every value is made once, and before it is used', () => {
    for (const name of ['resnet', 'slow', 'arguments', 'stateful-counter']) {
      for (const simplified of [true, false]) {
        const data = jit.graphData(load(name), { simplified });
        const made = new Set<number>();
        const visit = (block: jit.GraphBlock): void => {
          for (const input of block.inputs) made.add(input);
          for (const node of block.nodes) {
            for (const { value } of node.inputs) expect(made.has(value), name).toBe(true);
            node.blocks.forEach(visit);
            for (const output of node.outputs) made.add(output);
          }
          for (const output of block.outputs) expect(made.has(output), name).toBe(true);
        };
        visit(data.body);
        expect(made.size).toBe(data.values.length);
      }
    }
  });

  it('shows blocks of loops and branches', () => {
    const [loop] = find(jit.graphData(load('slow')), 'prim::Loop');
    expect(loop?.blocks).toHaveLength(1);
    expect(loop?.blocks[0]?.nodes.map(({ kind }) => kind)).toContain('aten::matmul');
    const branches = find(jit.graphData(load('uncuttable')), 'prim::If');
    expect(branches[0]?.blocks.map(({ outputs }) => outputs.length)).toEqual([1, 1]);
  });

  it('simplifies what does not run in the present mode away, and only when asked', () => {
    const model = load('modes') as ScriptModule;
    const kinds = (simplified: boolean) =>
      allNodes(jit.graphData(model, { simplified }).body).map(({ kind }) => kind);
    expect(kinds(false)).toContain('prim::If');
    expect(kinds(true)).not.toContain('prim::If');
    expect(kinds(true)).not.toContain('aten::add_');
    model.train();
    expect(kinds(true)).toContain('aten::add_');
  });

  it('leaves calls as they are when not inlined', () => {
    const data = jit.graphData(load('resnet'), { inlined: false });
    const calls = find(data, 'prim::CallMethod');
    expect(calls).toHaveLength(5);
    expect(calls.every(({ target }) => target === 'forward')).toBe(true);
    expect(find(data, 'aten::conv2d')).toEqual([]);
  });

  it('says where code was written', () => {
    const [first] = find(jit.graphData(load('mlp')), 'aten::linear');
    expect(first?.source?.file).toMatch(/\.py$/);
    expect(first?.source?.line).toBeGreaterThan(0);
  });

  it('leaves the module as it is', () => {
    const model = load('modes');
    const before = model.graph();
    jit.graphData(model);
    expect(model.graph()).toBe(before);
  });

  it('takes any method, and is plain data', () => {
    const data = jit.graphData(load('attributes'), { method: 'where' });
    expect(data.method).toBe('where');
    expect(structuredClone(data)).toEqual(data);
    expectTypeOf(data.body.nodes[0]!.scope).toEqualTypeOf<string>();
  });

  it('refuses methods there are not, unknown options and disposed modules', () => {
    const model = load('mlp');
    const { code, message } = caught(() => jit.graphData(model, { method: 'nope' }));
    expect([code, message.includes('forward')]).toEqual(['ERR_NO_METHOD', true]);
    expect(caught(() => jit.graphData(model, { inline: true } as never)).code).toBe(
      'ERR_UNKNOWN_ARGUMENT',
    );
    expect(caught(() => jit.graphData(null as never)).code).toBe('ERR_INVALID_ARG_TYPE');
    model.dispose();
    expect(caught(() => jit.graphData(model)).code).toBe('ERR_DISPOSED');
  });
});
