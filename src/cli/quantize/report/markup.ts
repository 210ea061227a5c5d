/** HTML and SVG as text, in which nothing of a model's names can be markup. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// Characters that neither HTML nor XML takes, and what turns the direction of text.
const refused = /(?![\n\t])[\p{Cc}\p{Cs}\ufffe\uffff\u202a-\u202e\u2066-\u2069]/gu;

/** Text in which nothing is markup. */
export function escaped(text: string): string {
  return text.replace(refused, '\ufffd').replace(/[&<>"']/g, (one) => entities[one]!);
}

/** A piece of markup. */
export class Markup {
  readonly text: string;

  /** `text` is markup already. */
  constructor(text: string) {
    this.text = text;
  }
}

type Content = Markup | string | number | null | readonly Content[];
type Attributes = Readonly<Record<string, string | number | null>>;

function written(content: Content): string {
  if (content === null) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  return content.map(written).join('');
}

/** At most two decimals: more of them only make the file large. */
function quoted(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : escaped(value);
}

/** An element; attributes that are null are left out, texts are escaped. */
export function element(tag: string, attributes: Attributes = {}, ...content: Content[]): Markup {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${quoted(value!)}"`)
    .join('');
  const inner = written(content);
  const isVoid = tag === 'meta';
  return new Markup(`<${tag}${given}>${isVoid ? '' : `${inner}</${tag}>`}`);
}

/** A drawing, told in words to those who cannot see it. */
export function drawing(
  { title, about, width, height }: { title: string; about: string; width: number; height: number },
  ...content: Content[]
): Markup {
  return element(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `${title}: ${about}`,
      style: `min-width: ${Math.min(width, 620)}px`,
    },
    element('title', {}, title),
    ...content,
  );
}
