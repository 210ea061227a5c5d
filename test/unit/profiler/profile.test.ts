import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  addmm,
  cuda,
  loadModuleSync,
  ones,
  Profile,
  profile,
  profileSync,
  recordFunction,
  stack,
  type Tensor,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { caught, rejected } from '../caught.js';

const x = ones([4, 4]);

describe('profile', () => {
  it('records what ran on the threads of a pool, and the runs themselves', async () => {
    const module = loadModuleSync(fixture('mlp'));
    const taken = await profile(() => module.forward(ones([1, 16])));
    expect(taken).toBeInstanceOf(Profile);
    expect((taken.result as Tensor).dtype).toBe('float32');
    const run = taken.events.find(({ kind }) => kind === 'run');
    expect(run?.name).toMatch(/^\w+\.forward$/);
    const inside = taken.events.filter(({ thread }) => thread === run?.thread);
    expect(inside.map(({ name }) => name)).toContain('aten::linear');
    expect(taken.threads.map(({ name }) => name)).toContain('JavaScript');
    expect(taken.threads.find(({ id }) => id === run?.thread)?.name).toMatch(/^libtorch-/);
    expect(taken.dropped).toBe(0);
  });

  it('splits an operator’s time between it and the operators in it', () => {
    const { events, averages } = profileSync(() => x.matmul(x));
    const [outer, inner] = events;
    expect([outer?.name, inner?.name]).toEqual(['aten::matmul', 'aten::mm']);
    const within = events.slice(1).reduce((sum, { selfTime }) => sum + selfTime, 0);
    expect(outer?.selfTime).toBeCloseTo((outer?.duration ?? 0) - within, 1);
    const shares = averages.reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeCloseTo(1);
    expect(averages.every((each) => each.meanTime === each.totalTime / each.calls)).toBe(true);
  });

  it('keeps shapes and memory only where they are asked for', () => {
    const plain = profileSync(() => x.add(1)).events[0];
    expect([plain?.shapes, plain?.selfBytes]).toEqual([undefined, undefined]);
    const { events } = profileSync(() => [addmm(ones([4]), x, x), stack([x, x])], {
      shapes: true,
      memory: true,
    });
    const shapesOf = (wanted: string): unknown =>
      events.find(({ name }) => name === wanted)?.shapes;
    expect(shapesOf('aten::addmm')).toEqual([[4], [4, 4], [4, 4], [], []]);
    expect(shapesOf('aten::stack')).toEqual([
      [
        [4, 4],
        [4, 4],
      ],
      [],
    ]);
    const bytes = events.reduce((sum, { selfBytes = 0 }) => sum + selfBytes, 0);
    expect(bytes).toBe(16 + 64 + 128);
  });

  it('draws a table', () => {
    const taken = profileSync(() => [x.add(x), x.add(x), x.add(x), x.abs()], { shapes: true });
    const lines = taken.table({ sortBy: 'calls' }).split('\n');
    expect(lines[0]).toMatch(/^Name +Self +Self % +Total +Mean +Calls$/);
    expect(lines[2]).toMatch(/^aten::add .* 3$/);
    expect(taken.table({ limit: 1 }).split('\n').at(-1)).toMatch(/^… \d+ more$/);
    expect(taken.table({ groupByShapes: true })).toContain('[[4,4],[4,4],[]]');
    expect(taken.table({ sortBy: 'name' }).split('\n')[2]).toMatch(/^aten::abs/);
    expect(
      profileSync(() => 1)
        .table()
        .split('\n'),
    ).toHaveLength(2);
    expect(caught(() => taken.table({ limit: 0 })).code).toBe('ERR_OUT_OF_RANGE');
    expect(caught(() => taken.table({ sort: 'name' } as never)).code).toBe('ERR_UNKNOWN_ARGUMENT');
  });

  it('is one at a time, and over when its function throws', async () => {
    const inner = caught(() => profileSync(() => profileSync(() => 1)));
    expect(inner.code).toBe('ERR_PROFILE_ACTIVE');
    const outer = profile(async () => profile(() => 1));
    expect((await rejected(outer)).code).toBe('ERR_PROFILE_ACTIVE');
    const failed = profile(async () => {
      throw new Error('on purpose');
    });
    expect((await rejected(failed)).message).toBe('on purpose');
    expect(profileSync(() => x.abs()).events[0]?.name).toBe('aten::abs');
  });

  it('refuses wrong arguments', async () => {
    expect(caught(() => profileSync(1 as never)).code).toBe('ERR_INVALID_ARG_TYPE');
    expect((await rejected(profile(1 as never))).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(() => profileSync(() => 1, { stack: true } as never)).code).toBe(
      'ERR_UNKNOWN_ARGUMENT',
    );
    expect(caught(() => profileSync(async () => 1)).code).toBe('ERR_SCOPE_PROMISE');
    if (!cuda.isAvailable()) {
      const { code } = caught(() => profileSync(() => 1, { cuda: true }));
      expect(code).toBe('ERR_DEVICE_UNAVAILABLE');
    }
    expect(profileSync(() => x.abs()).events[0]?.name).toBe('aten::abs');
  });

  it('has the type of what the function gives', () => {
    const later = () => profile(async () => 1);
    const now = () => profileSync(() => 'a');
    expectTypeOf(later).returns.resolves.toEqualTypeOf<Profile<number>>();
    expectTypeOf(now).returns.toEqualTypeOf<Profile<string>>();
  });
});

describe('recordFunction', () => {
  it('names a part of a profile, and what ran in it is inside', async () => {
    const { events } = await profile(async () => {
      recordFunction('outer', () => recordFunction('inner', () => x.add(1)));
      await recordFunction('waits', async () => x.relu());
    });
    const [outer, inner, add] = events;
    expect([outer?.name, inner?.name, add?.name]).toEqual(['outer', 'inner', 'aten::add']);
    expect(inner?.selfTime).toBeLessThan(inner?.duration ?? 0);
    const waits = events.find(({ name }) => name === 'waits');
    expect([waits?.isAsync, waits?.selfTime]).toEqual([true, 0]);
  });

  it('gives what the function gives, and throws what it throws', async () => {
    expect(recordFunction('a', () => 1)).toBe(1);
    expect(await recordFunction('a', async () => 2)).toBe(2);
    const fail = (): never => {
      throw new Error('on purpose');
    };
    expect(caught(() => profileSync(() => recordFunction('a', fail))).message).toBe('on purpose');
    expect(caught(() => recordFunction(1 as never, fail)).code).toBe('ERR_INVALID_ARG_TYPE');
  });
});

describe('a Chrome trace', () => {
  it('has every event, with the names of process and threads', async () => {
    const module = loadModuleSync(fixture('mlp'));
    const taken = await profile(
      async () => recordFunction('step', async () => module.forward(ones([1, 16]))),
      { shapes: true },
    );
    const file = path.join(scratchFolder(), 'trace.json');
    await taken.save(file);
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8'));
    const kinds = new Set(['X', 'M', 'b', 'e']);
    for (const event of traceEvents) {
      expect(kinds).toContain(event.ph);
      expect(event.pid).toBe(process.pid);
      expect(Number.isInteger(event.tid)).toBe(true);
      expect(typeof event.name).toBe('string');
      if (event.ph === 'M') expect(typeof event.args.name).toBe('string');
      else expect(event.ts).toBeGreaterThanOrEqual(0);
      if (event.ph === 'X') expect(event.dur).toBeGreaterThanOrEqual(0);
      if (event.ph === 'b' || event.ph === 'e') expect(event.id).toMatch(/^0x/);
    }
    const calls = traceEvents.filter(({ ph }: { ph: string }) => ph === 'X');
    expect(calls).toHaveLength(taken.events.filter(({ isAsync }) => !isAsync).length);
    const named = traceEvents.filter(({ ph }: { ph: string }) => ph === 'M').length;
    expect(named).toBe(1 + taken.threads.length);
    taken.saveSync(pathToFileURL(file));
    expect(JSON.parse(readFileSync(file, 'utf8')).displayTimeUnit).toBe('ms');
  });
});
