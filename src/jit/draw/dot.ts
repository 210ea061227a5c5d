import { type Arrow, type Box, type Drawing, type Frame, withoutLoneFrames } from './drawing.js';
import { colors } from './operator-kind.js';

/** Where a drawing's reading direction goes. */
export type DrawDirection = 'down' | 'right';

const font = 'Helvetica,Arial,sans-serif';
const dark = '#1f2328';
const faint = '#57606a';

/** What holds unless something says otherwise. */
const looks = {
  graph: {
    fontname: font,
    fontsize: '11',
    fontcolor: faint,
    bgcolor: '#ffffff',
    nodesep: '0.25',
    ranksep: '0.35',
    pad: '0.2',
    labeljust: 'l',
    labelloc: 't',
    newrank: 'true',
  },
  node: {
    shape: 'box',
    style: 'filled,rounded',
    fontname: font,
    fontsize: '12',
    fontcolor: dark,
    margin: '0.2,0.07',
    height: '0.3',
    penwidth: '1.1',
  },
  edge: { fontname: font, fontsize: '9', fontcolor: faint, color: '#6e7781', arrowsize: '0.65' },
} as const;

/** Text inside Graphviz's HTML-like labels. */
function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** A quoted string of the DOT language, in which only quotes and backslashes mean something. */
function quote(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}

/** A label with markup, which is not quoted. */
interface Markup {
  readonly html: string;
}

function attributes(of: Readonly<Record<string, string | Markup>>): string {
  return Object.entries(of)
    .map(([name, value]) => {
      return `${name}=${typeof value === 'string' ? quote(value) : `<${value.html}>`}`;
    })
    .join(', ');
}

function labelOf({ title, caption, lines }: Box): Markup {
  const rows = [`<b>${escapeHtml(title)}</b>`];
  if (caption !== '')
    rows.push(`<font point-size="10" color="${faint}">${escapeHtml(caption)}</font>`);
  for (const line of lines) rows.push(`<font point-size="9">${escapeHtml(line)}</font>`);
  return { html: rows.join('<br/>') };
}

const shapes: Readonly<Partial<Record<Box['kind'], string>>> = {
  control: 'diamond',
  input: 'box',
  output: 'box',
};

/** Writes a drawing in the DOT language. */
class Writer {
  readonly #lines: string[] = [];
  #clusters = 0;

  write({ title, root, arrows }: Drawing, direction: DrawDirection): string {
    const lean = withoutLoneFrames(root);
    this.#add(0, `digraph ${quote(title)} {`);
    const rankdir = direction === 'right' ? 'LR' : 'TB';
    this.#add(1, `graph [${attributes({ ...looks.graph, rankdir, label: title })}];`);
    this.#add(1, `node [${attributes(looks.node)}];`);
    this.#add(1, `edge [${attributes(looks.edge)}];`);
    this.#frame(lean, 1);
    for (const arrow of unique(arrows)) this.#arrow(arrow);
    this.#add(0, '}');
    return `${this.#lines.join('\n')}\n`;
  }

  #add(depth: number, line: string): void {
    this.#lines.push('  '.repeat(depth) + line);
  }

  #frame(frame: Frame, depth: number): void {
    for (const box of frame.boxes) this.#box(box, depth);
    for (const inner of frame.frames.values()) {
      const isControl = inner.kind === 'control';
      const name =
        isControl || inner.details === '' ? inner.name : `${inner.name}  ${inner.details}`;
      this.#add(depth, `subgraph cluster_${this.#clusters++} {`);
      const style = isControl
        ? { style: 'rounded,dashed', color: '#bf5b5b', bgcolor: '#fff8f8' }
        : {
            style: 'rounded,filled',
            color: '#d0d7de',
            fillcolor: depth % 2 === 1 ? '#f6f8fa' : '#ffffff',
          };
      const tooltip = `${inner.name} ${inner.details}`.trim();
      this.#add(depth + 1, `graph [${attributes({ label: name, tooltip, ...style })}];`);
      this.#frame(inner, depth + 1);
      this.#add(depth, '}');
    }
  }

  #box(box: Box, depth: number): void {
    const { fill, line } = colors[box.kind];
    const shape = shapes[box.kind];
    const isEnd = box.kind === 'input' || box.kind === 'output';
    const look = {
      label: labelOf(box),
      fillcolor: fill,
      color: line,
      tooltip: box.details,
      ...(shape === 'diamond' ? { shape, style: 'filled', margin: '0.02,0.02' } : {}),
      ...(isEnd ? { style: 'filled', penwidth: '1.6' } : {}),
    };
    this.#add(depth, `${box.id} [${attributes(look)}];`);
  }

  #arrow({ from, to, label, details, back }: Arrow): void {
    const look: Record<string, string> = { tooltip: details };
    if (label !== '') look.label = ` ${label}`;
    if (back) Object.assign(look, { style: 'dashed', constraint: 'false' });
    this.#add(1, `${from} -> ${to} [${attributes(look)}];`);
  }
}

/** The same value to the same box twice is one arrow. */
function unique(arrows: readonly Arrow[]): Arrow[] {
  const seen = new Set<string>();
  return arrows.filter(({ from, to, label, details, back }) => {
    const key = JSON.stringify([from, to, label, details, back]);
    return !seen.has(key) && seen.add(key);
  });
}

/** A drawing in the DOT language. */
export function writeDot(drawing: Drawing, direction: DrawDirection): string {
  return new Writer().write(drawing, direction);
}
