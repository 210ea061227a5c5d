/** Every accessor and method of every public class, on receivers that are not theirs. */
import assert from 'node:assert/strict';
import {
  createPool,
  loadModuleSync,
  ones,
  Pool,
  ScriptModule,
  ScriptObject,
  SharedTensor,
  Tensor,
  tensor,
} from 'libtorch-node';
import { collect, done, fixture, step } from './support.mjs';

const model = loadModuleSync(fixture('mlp'));
const objects = loadModuleSync(fixture('objects'));
const counter = objects.runSync('make_counter', [1]);
const disposed = ones([2]);
disposed.dispose();
const pool = createPool({ threads: 1 });
const live = tensor([1, 2]);

const receivers = {
  undefined: undefined,
  null: null,
  number: 1,
  string: 'tensor',
  symbol: Symbol('tensor'),
  bigint: 2n,
  object: {},
  'object without prototype': Object.create(null),
  array: [1, 2],
  function: () => {},
  date: new Date(),
  'typed array': new Float32Array(4),
  'heir of Tensor.prototype': Object.create(Tensor.prototype),
  'heir of a tensor': Object.create(live),
  'heir of a module': Object.create(model),
  'proxy of a tensor': new Proxy(live, {}),
  'proxy of a module': new Proxy(model, {}),
  'proxy of a pool': new Proxy(pool, {}),
  'disposed tensor': disposed,
  // Spare ones: their own dispose is theirs to call.
  tensor: ones([2]),
  module: loadModuleSync(fixture('mlp')),
  pool: createPool({ threads: 1 }),
  'script object': objects.runSync('make_counter', [1]),
  'shared tensor': live.share(),
  'shared module': model.share(),
};
const argumentLists = [
  [],
  [0, 1],
  ['forward', []],
  [live],
  ['cpu'],
  [{}],
  [[2]],
  ['/nowhere/m.pt'],
];
const classes = { Tensor, ScriptModule, Pool, ScriptObject, SharedTensor };
// Its own name for the module's class, and what lies between.
const chain = (prototype) => {
  const prototypes = [];
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at))
    prototypes.push(at);
  return prototypes;
};

let calls = 0;
let refusals = 0;
async function attempt(member, receiver, args) {
  calls++;
  try {
    await Reflect.apply(member, receiver, args);
  } catch (error) {
    refusals++;
    const known = error instanceof TypeError || typeof error?.code === 'string';
    assert.ok(known, `threw ${String(error)}`);
  }
}

for (const [name, { prototype }] of Object.entries(classes)) {
  for (const level of chain(prototype)) {
    for (const key of Reflect.ownKeys(level)) {
      if (key === 'constructor') continue;
      const { get, set, value } = Object.getOwnPropertyDescriptor(level, key);
      for (const [who, receiver] of Object.entries(receivers)) {
        const own =
          receiver instanceof classes[name] && !who.startsWith('heir') && !who.startsWith('proxy');
        if (own && who !== 'disposed tensor') continue;
        step(`${name}.${String(key)} on ${who}`);
        for (const member of [get, set, value]) {
          if (typeof member !== 'function') continue;
          for (const args of member === value ? argumentLists : [[live]]) {
            await attempt(member, receiver, args);
          }
        }
      }
    }
  }
}
assert.ok(calls > 5000, `only ${calls} calls`);
assert.ok(refusals > 0.8 * calls, `only ${refusals} of ${calls} calls were refused`);

step('the real ones are unharmed');
assert.deepEqual(live.toArray(), [1, 2]);
assert.deepEqual(model.forwardSync(ones([1, 16])).shape, [1, 4]);
assert.equal(counter.run('add', [2]), 3);
assert.equal(pool.info().threads, 1);

step('constructors called directly');
const isKnown = (error) => {
  assert.ok(error instanceof TypeError || typeof error?.code === 'string', String(error));
};
async function isRefused(make) {
  let made;
  try {
    made = make();
  } catch (error) {
    isKnown(error);
    return;
  }
  // An object without anything native: its members must say so.
  for (const key of ['info', 'shape', 'methods', 'forwardSync', 'run', 'attribute', 'dispose']) {
    try {
      const member = made[key];
      if (typeof member === 'function') await member.call(made, 'x');
    } catch (error) {
      isKnown(error);
    }
  }
}
const proofs = [undefined, null, {}, live, model, pool, counter, { handle: {} }, { handle: live }];
for (const [name, Class] of Object.entries(classes)) {
  for (const proof of proofs) {
    step(`new ${name}`);
    await isRefused(() => new Class(proof, 'x'));
    await isRefused(() => Reflect.construct(Class, [proof], Array));
    await isRefused(() => Class(proof));
    await isRefused(() => new (class extends Class {})(proof, 'x'));
  }
}
assert.throws(() => new Tensor(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
assert.throws(() => new ScriptModule(), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
assert.throws(() => Tensor.fromShared(new SharedTensor('0', 'float32')), {
  code: 'ERR_SHARE_REVOKED',
});
await collect();
done();
