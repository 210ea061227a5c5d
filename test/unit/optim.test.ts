import { describe, expect, expectTypeOf, it } from 'vitest';
import { inferenceMode, nn, ones, optim, type Tensor, tensor, zeros } from '../../src/index.js';
import { coded } from './coded.js';

const leaf = () => tensor([1, 2], { requiresGrad: true });

describe('parameters', () => {
  it('are tensors, or groups of them with options of their own', () => {
    const [a, b, c] = [leaf(), leaf(), leaf()];
    const optimizer = new optim.SGD(
      [
        { params: [a], lr: 1 },
        { params: b, momentum: 0.5 },
      ],
      { lr: 0.5 },
    );
    optimizer.addParamGroup({ params: new Set([c]), maximize: true });
    expect(
      optimizer.paramGroups.map(({ lr, momentum, maximize }) => [lr, momentum, maximize]),
    ).toEqual([
      [1, 0, false],
      [0.5, 0.5, false],
      [0.5, 0, true],
    ]);
    expect(optimizer.paramGroups.map(({ params }) => params)).toEqual([[a], [b], [c]]);
    expectTypeOf(optimizer.paramGroups[0]!.params).toEqualTypeOf<readonly Tensor[]>();
    expect(new optim.Adam(new Set([a, b])).paramGroups[0]!.params).toEqual([a, b]);
  });

  it.each([
    ['no tensors', [], 'ERR_NOT_TRAINABLE'],
    ['a single tensor', leaf(), 'ERR_INVALID_ARG_TYPE'],
    ['something else', 5, 'ERR_INVALID_ARG_TYPE'],
    ['something else among tensors', [leaf(), 5], 'ERR_INVALID_ARG_TYPE'],
    ['what is no leaf', [leaf().mul(2)], 'ERR_NOT_LEAF'],
    ['inference tensors', [inferenceMode(() => ones([1]))], 'ERR_INFERENCE_TENSOR'],
  ])('are not %s', (_name, params, code) => {
    expect(() => new optim.SGD(params as never)).toThrow(coded(code));
  });

  it('may not appear twice, and not be disposed', () => {
    const x = leaf();
    expect(() => new optim.SGD([x, x])).toThrow(coded('ERR_VALUE'));
    const optimizer = new optim.SGD([x]);
    expect(() => optimizer.addParamGroup({ params: [x] })).toThrow(coded('ERR_VALUE'));
    const gone = leaf();
    gone.dispose();
    expect(() => new optim.Adam([gone])).toThrow(coded('ERR_DISPOSED'));
    x.dispose();
    optimizer.step();
  });
});

describe('options', () => {
  it.each([
    ['lr', { lr: -1 }, 'ERR_VALUE'],
    ['lr', { lr: Number.NaN }, 'ERR_VALUE'],
    ['lr', { lr: '0.1' }, 'ERR_INVALID_ARG_TYPE'],
    ['momentum', { momentum: -0.1 }, 'ERR_VALUE'],
    ['nesterov', { nesterov: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['nesterov', { nesterov: true }, 'ERR_VALUE'],
    ['weight_decay', { weight_decay: 0.1 }, 'ERR_UNKNOWN_ARGUMENT'],
  ])('of SGD are checked: %s', (name, options, code) => {
    const make = () => new optim.SGD([leaf()], options as never);
    expect(make).toThrow(coded(code));
    expect(make).toThrow(new RegExp(`optim\\.SGD: .*${name}`));
  });

  it.each([
    [{ betas: [0.9] }, 'ERR_INVALID_ARG_TYPE'],
    [{ betas: [0.9, 1] }, 'ERR_VALUE'],
    [{ betas: [-0.1, 0.9] }, 'ERR_VALUE'],
    [{ eps: -1 }, 'ERR_VALUE'],
    [{ amsgrad: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
  ])('of Adam are checked: %j', (options, code) => {
    expect(() => new optim.Adam([leaf()], options as never)).toThrow(coded(code));
    expect(() => new optim.AdamW([leaf()], options as never)).toThrow(/optim\.AdamW: /);
  });

  it('may change between steps, and are checked again', () => {
    const x = leaf();
    const optimizer = new optim.SGD([x], { lr: 1 });
    x.grad = ones([2]);
    optimizer.paramGroups[0]!.lr = 0.5;
    optimizer.step();
    expect(x.toArray()).toEqual([0.5, 1.5]);
    optimizer.paramGroups[0]!.lr = 'fast' as never;
    expect(() => optimizer.step()).toThrow(coded('ERR_INVALID_ARG_TYPE'));
  });
});

describe('zeroGrad', () => {
  it('forgets gradients, or fills them with zeros', () => {
    const x = leaf();
    const optimizer = new optim.SGD([x]);
    x.grad = ones([2]);
    optimizer.zeroGrad({ setToNone: false });
    expect(x.grad?.toArray()).toEqual([0, 0]);
    optimizer.zeroGrad();
    expect(x.grad).toBeNull();
    expect(() => optimizer.zeroGrad({ toNone: true } as never)).toThrow(
      coded('ERR_UNKNOWN_ARGUMENT'),
    );
  });
});

describe('loadStateDict', () => {
  const trained = () => {
    const x = leaf();
    const optimizer = new optim.Adam([x], { lr: 0.5 });
    x.grad = ones([2]);
    optimizer.step();
    return optimizer;
  };

  it('takes options and copies of the state', () => {
    const source = trained();
    const target = new optim.Adam([leaf()]);
    target.loadStateDict(source.stateDict());
    expect(target.paramGroups[0]!.lr).toBe(0.5);
    const [mine, theirs] = [target, source].map((each) => each.stateDict().state.get(0)!);
    expect(mine!.step!.item()).toBe(1);
    expect(mine!.exp_avg!.equal(theirs!.exp_avg!)).toBe(true);
    theirs!.exp_avg!.fill_(9);
    expect(mine!.exp_avg!.equal(theirs!.exp_avg!)).toBe(false);
  });

  it('says what does not fit', () => {
    const state = trained().stateDict();
    const adam = () => new optim.Adam([leaf()]);
    const refused = coded('ERR_STATE_DICT');
    expect(() => new optim.Adam([leaf(), leaf()]).loadStateDict(state)).toThrow(refused);
    expect(() => new optim.Adam([zeros([3], { requiresGrad: true })]).loadStateDict(state)).toThrow(
      refused,
    );
    for (const wrong of [null, 5, [], {}, { state: {}, param_groups: 5 }]) {
      expect(() => adam().loadStateDict(wrong as never)).toThrow(refused);
    }
    const group = { ...state.param_groups[0]!, lr: -1 };
    expect(() => adam().loadStateDict({ ...state, param_groups: [group] })).toThrow(
      coded('ERR_VALUE'),
    );
    const odd = { state: { 0: { exp_avg: 'x' } }, param_groups: state.param_groups };
    expect(() => adam().loadStateDict(odd)).toThrow(refused);
  });
});

describe('dispose', () => {
  it('lets go, once or twice, and ends the use', () => {
    const optimizer = new optim.SGD([leaf()]);
    optimizer.dispose();
    optimizer.dispose();
    for (const use of [
      () => optimizer.step(),
      () => optimizer.zeroGrad(),
      () => optimizer.stateDict(),
      () => optimizer.addParamGroup({ params: leaf() }),
    ]) {
      expect(use).toThrow(coded('ERR_DISPOSED'));
    }
  });
});

describe('schedules', () => {
  it('check their options', () => {
    const optimizer = new optim.SGD([leaf()]);
    const { StepLR, CosineAnnealingLR } = optim.lrScheduler;
    expect(() => new StepLR(optimizer, { stepSize: 0 })).toThrow(coded('ERR_VALUE'));
    expect(() => new CosineAnnealingLR(optimizer, {} as never)).toThrow(coded('ERR_VALUE'));
    expect(() => new StepLR({} as never, { stepSize: 1 })).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    const made = new StepLR(optimizer, { stepSize: 1 });
    optimizer.addParamGroup({ params: leaf(), lr: 7 });
    made.step();
    expect([made.lastEpoch, ...made.getLastLr()]).toEqual([1, 1e-4, 7]);
  });
});

describe('clipping', () => {
  it('leaves small gradients alone, scales large ones, skips missing ones', () => {
    const [a, b, c] = [leaf(), leaf(), leaf()];
    a.grad = tensor([3, 0]);
    b.grad = tensor([0, 4]);
    expect(nn.utils.clipGradNorm_([a, b, c], 10).item()).toBe(5);
    expect(a.grad!.toArray()).toEqual([3, 0]);
    nn.utils.clipGradNorm_([a, b, c], 2.5);
    expect(a.grad!.allclose(tensor([1.5, 0]))).toBe(true);
    expect(nn.utils.clipGradNorm_(c, 1).item()).toBe(0);
    nn.utils.clipGradValue_([a, b], 0.25);
    expect(b.grad!.toArray()).toEqual([0, 0.25]);
  });
});
