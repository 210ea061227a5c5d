import { makeError } from '../make-error.js';

const again =
  'change the TorchScript module it was made of, and write that with saveLite(); loadModule(file, ' +
  "{ format: 'torchscript' }) gives it where the file still holds its code";
const fixed = 'its weights and attributes are as they were saved';

/** What ScriptModule has and the lite interpreter has no means for, and what to do instead. */
const refused: Readonly<Record<string, string>> = {
  to: 'it moves only while it is loaded: loadModule(file, { device })',
  train: `it has no training mode that runs could record gradients in: ${again}`,
  eval: 'it always evaluates as it was saved',
  setAttribute: `${fixed}: ${again}`,
  loadStateDict: `${fixed}: ${again}`,
  requiresGrad_: fixed,
  zeroGrad: 'it records no gradients',
  parameters: 'the format does not tell parameters from buffers: namedParameters() has both',
  namedBuffers: 'the format does not tell parameters from buffers: namedParameters() has both',
  namedModules: 'the format has no classes of modules: attributes() names what it holds',
  graph: 'it has instructions, no graph',
  code: 'it has instructions, no code: inspectModule() reads the code that a file may hold as well',
  clone: 'share() gives another module over the same weights',
  save: `LibTorch cannot write it again: ${again}`,
  toBytes: `LibTorch cannot write it again: ${again}`,
  saveLite: `LibTorch cannot write it again: copy the file, rewrite it with backport(), or ${again}`,
  toLiteBytes: `LibTorch cannot write it again: copy the file, rewrite it with backport(), or ${again}`,
};
const asynchronous = ['to', 'loadStateDict', 'clone', 'save', 'toBytes', 'saveLite', 'toLiteBytes'];

function refusal(name: string, advice: string): Error {
  return makeError(
    'ERR_UNSUPPORTED_FORMAT',
    `LiteModule: the lite interpreter has no ${name}(): ${advice}`,
  );
}

function define(prototype: object, name: string, value: () => unknown): void {
  if (Object.hasOwn(prototype, name)) return;
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}

/**
 * Gives a prototype the methods of ScriptModule that are missing there, as errors that say why. They
 * are not part of the type: only JavaScript, and values of a wider type, come here.
 *
 * @internal
 */
export function refuseOnLite(prototype: object): void {
  for (const [name, advice] of Object.entries(refused)) {
    define(prototype, name, () => {
      const error = refusal(name, advice);
      if (asynchronous.includes(name)) return Promise.reject(error);
      throw error;
    });
  }
  for (const name of asynchronous) {
    define(prototype, `${name}Sync`, () => {
      throw refusal(`${name}Sync`, refused[name] ?? '');
    });
  }
}
