import { describe, expect, it } from 'vitest';
import { Generator, ops, rand, tensor, zeros } from '../../../src/index.js';
import { caught } from '../caught.js';

const draw = (generator: Generator): unknown => zeros([3]).normal_(0, 1, { generator }).toArray();

describe('Generator', () => {
  it('repeats itself by its seed, whatever else draws', () => {
    const first = draw(new Generator().manualSeed(7));
    const other = new Generator().manualSeed(7n);
    rand([100]);
    expect(draw(other)).toEqual(first);
    expect(other.initialSeed()).toBe(7n);
    expect(other.device).toBe('cpu');
  });

  it('starts with PyTorch’s seed', () => {
    expect(new Generator().initialSeed()).toBe(67280421310721n);
  });

  it('goes on from a state', () => {
    const generator = new Generator();
    const state = generator.getState();
    const first = draw(generator);
    expect(draw(generator)).not.toEqual(first);
    expect(draw(generator.setState(state))).toEqual(first);
  });

  it('is an argument of every operator that draws', () => {
    const weights = tensor([1, 1, 1]);
    const pick = (): unknown =>
      ops.aten.multinomial(weights, 2, { generator: new Generator().manualSeed(1) }).toArray();
    expect(pick()).toEqual(pick());
  });

  it('refuses what is none', () => {
    const generator = {} as Generator;
    expect(caught(() => zeros([1]).normal_(0, 1, { generator })).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(() => new Generator('nowhere')).code).toBe('ERR_INVALID_ARG_VALUE');
    expect(caught(() => new Generator().manualSeed(0.5)).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(() => new Generator().setState({} as never)).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(() => Generator.prototype.getState.call({} as never)).code).toBe(
      'ERR_INVALID_ARG_TYPE',
    );
  });
});
