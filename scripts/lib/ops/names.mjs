/** PyTorch's names in camelCase. */

/** `log_softmax` is `logSoftmax`, `add_` keeps its underscore. */
export function camel(name) {
  return name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** Words that cannot be declared, though they can be exported and be members. */
const reserved = new Set(
  (
    'break case catch class const continue debugger default delete do else enum export extends false ' +
    'finally for function if import in instanceof new null return super switch this throw true try ' +
    'typeof var void while with yield let static implements interface package private protected ' +
    'public await eval arguments'
  ).split(' '),
);

/** A name that can be declared. */
export function declarable(name) {
  return reserved.has(name) ? `${name}Of` : name;
}

/** The name of the interface with an overload's keyword arguments. */
export function optionsName({ namespace, base, overload }) {
  const words = [namespace === 'aten' ? '' : namespace, base, overload].filter(Boolean).join('_');
  const name = camel(words.replace(/^_+/, (bars) => 'u'.repeat(bars.length)));
  return `${name[0].toUpperCase()}${name.slice(1)}Options`;
}
