/** Reads markup as strictly as XML, but for the doctype, meta elements and the text of styles. */

interface Page {
  /** Text between elements, with entities as they were meant. */
  readonly text: string;
  /** How often each element is there. */
  readonly elements: Readonly<Record<string, number>>;
  /** Values of an attribute, in order. */
  attributes(name: string): string[];
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

function meant(text: string): string {
  return text.replace(/&[^;\s]*;?/g, (one) => {
    const character = entities[one];
    if (character === undefined) throw new Error(`no entity: ${one}`);
    return character;
  });
}

const TAG = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*>/y;

/** Throws where an element is not closed, or a character is not escaped. */
export function wellFormed(page: string): Page {
  const open: string[] = [];
  const elements: Record<string, number> = {};
  const attributes: (readonly [string, string])[] = [];
  let text = '';
  let at = page.startsWith('<!DOCTYPE html>') ? '<!DOCTYPE html>'.length : 0;
  while (at < page.length) {
    const next = page.indexOf('<', at);
    const end = next < 0 ? page.length : next;
    if (open.at(-1) !== 'style') text += ` ${meant(page.slice(at, end))}`;
    if (next < 0) break;
    TAG.lastIndex = next;
    const [tag, slash, name, inside] = TAG.exec(page) ?? [];
    if (tag === undefined || name === undefined) {
      throw new Error(`no tag: ${page.slice(next, next + 60)}`);
    }
    at = next + tag.length;
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
      continue;
    }
    elements[name] = (elements[name] ?? 0) + 1;
    for (const [, key, value] of inside!.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      attributes.push([key!, meant(value!)]);
    }
    if (name !== 'meta') open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return {
    text: text.replace(/\s+/g, ' '),
    elements,
    attributes: (name) => attributes.filter(([key]) => key === name).map(([, value]) => value),
  };
}
