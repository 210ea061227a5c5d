import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Disposable,
  keep,
  register,
  setTensorTest,
  tidy,
  tidyAsync,
} from '../../../src/tensor/scope.js';
import { caught, rejected } from '../caught.js';

class Fake implements Disposable {
  disposed = 0;
  constructor() {
    register(this);
  }
  dispose(): void {
    this.disposed += 1;
  }
}

beforeEach(() => {
  setTensorTest((value): value is Fake => value instanceof Fake);
});

describe('tidy', () => {
  it('disposes what was made, once, but not what is returned', () => {
    const made: Fake[] = [];
    const result = tidy(() => {
      made.push(new Fake(), new Fake());
      return made[1]!;
    });
    expectTypeOf(result).toEqualTypeOf<Fake>();
    expect(made.map((fake) => fake.disposed)).toEqual([1, 0]);
    expect(result).toBe(made[1]);
  });

  it('finds tensors in arrays, objects, Maps and Sets, also in circles', () => {
    const result = tidy(() => {
      const inner: Record<string, unknown> = {
        bare: Object.assign(Object.create(null), { a: new Fake() }),
      };
      inner.self = inner;
      return [
        new Fake(),
        { inner },
        new Map([['k', [new Fake()]]]),
        new Set([new Fake()]),
        new Float32Array(9),
      ];
    });
    const [direct, { inner }, map, set] = result as [
      Fake,
      { inner: { bare: { a: Fake } } },
      Map<string, Fake[]>,
      Set<Fake>,
    ];
    for (const fake of [direct, inner.bare.a, map.get('k')![0]!, ...set]) {
      expect(fake.disposed).toBe(0);
    }
  });

  it('leaves tensors that were made before it alone', () => {
    const before = new Fake();
    tidy(() => before);
    tidy(() => undefined);
    expect(before.disposed).toBe(0);
  });

  it('hands what is returned to the outer scope', () => {
    let inner: Fake | undefined;
    tidy(() => {
      inner = tidy(() => new Fake());
      expect(inner.disposed).toBe(0);
    });
    expect(inner?.disposed).toBe(1);
  });

  it('disposes everything when the function throws', () => {
    const made: Fake[] = [];
    const { message } = caught(() =>
      tidy(() => {
        made.push(new Fake());
        throw new Error('boom');
      }),
    );
    expect(message).toBe('boom');
    expect(made[0]?.disposed).toBe(1);
    const after = new Fake();
    expect(after.disposed).toBe(0);
  });

  it('refuses a Promise, disposes everything and leaves no rejection unhandled', () => {
    const made: Fake[] = [];
    const error = caught(() =>
      tidy(async () => {
        made.push(new Fake());
        throw new Error('later');
      }),
    );
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_TIDY_PROMISE' });
    expect(error.message).toContain('tidyAsync');
    expect(made[0]?.disposed).toBe(1);
  });
});

describe('keep', () => {
  it('takes a tensor out of every running tidy', () => {
    let kept: Fake | undefined;
    let early: Fake | undefined;
    tidy(() => {
      early = new Fake();
      tidy(() => {
        kept = keep(new Fake());
        keep(early!);
      });
    });
    expect(kept?.disposed).toBe(0);
    expect(early?.disposed).toBe(0);
  });

  it('does nothing outside of a tidy', () => {
    const fake = new Fake();
    expect(keep(fake)).toBe(fake);
  });
});

describe('tidyAsync', () => {
  it('disposes what was tracked, but not what is returned or kept', async () => {
    const [tracked, kept, untracked] = [new Fake(), new Fake(), new Fake()];
    const result = await tidyAsync(async (scope) => {
      expect(scope.track(tracked)).toBe(tracked);
      scope.keep(scope.track(kept));
      await null;
      expect(tracked.disposed).toBe(0);
      return { out: scope.track([new Fake()]) };
    });
    expectTypeOf(result).toEqualTypeOf<{ out: Fake[] }>();
    expect(tracked.disposed).toBe(1);
    expect([kept, untracked, result.out[0]!].map((fake) => fake.disposed)).toEqual([0, 0, 0]);
  });

  it('tracks what its tidy returns, and disposes the rest at once', async () => {
    const made: Fake[] = [];
    await tidyAsync(async (scope) => {
      scope.tidy(() => {
        made.push(new Fake(), new Fake());
        return made[0];
      });
      expect(made.map((fake) => fake.disposed)).toEqual([0, 1]);
    });
    expect(made.map((fake) => fake.disposed)).toEqual([1, 1]);
  });

  it('disposes everything when the function rejects', async () => {
    const fake = new Fake();
    const { message } = await rejected(
      tidyAsync(async (scope) => {
        scope.track(fake);
        throw new Error('boom');
      }),
    );
    expect(message).toBe('boom');
    expect(fake.disposed).toBe(1);
  });

  it('keeps two scopes that run at the same time apart', async () => {
    const [first, second] = [new Fake(), new Fake()];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const long = tidyAsync(async (scope) => {
      scope.track(first);
      await held;
      expect(first.disposed).toBe(0);
    });
    await tidyAsync(async (scope) => {
      scope.track(second);
    });
    expect(second.disposed).toBe(1);
    release();
    await long;
    expect(first.disposed).toBe(1);
  });

  it('disposes what is tracked after its end', async () => {
    const late = new Fake();
    const scope = await tidyAsync(async (inner) => inner);
    scope.track(late);
    expect(late.disposed).toBe(1);
  });
});
