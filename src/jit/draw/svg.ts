import { makeError } from '../../make-error.js';

type Layout = (dot: string) => string;

let loading: Promise<Layout> | null = null;

async function load(): Promise<Layout> {
  try {
    const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
    const graphviz = await Graphviz.load();
    return (dot) => graphviz.dot(dot, 'svg');
  } catch (cause) {
    const message =
      'drawGraph: SVG is laid out by @hpcc-js/wasm-graphviz, an optional peer dependency that could not ' +
      "be loaded: npm install @hpcc-js/wasm-graphviz, or ask for { format: 'dot' }";
    throw makeError('ERR_MISSING_GRAPHVIZ', message, null, { cause });
  }
}

const link =
  /<title>[^<]*<\/title>(\s*)<g id="a_[^"]*"><a xlink:title="([^"]*)">([\s\S]*?)<\/a>\s*<\/g>/g;
const node = /(<g id="[^"]*" class="node">)([\s\S]*?)(?=<\/g>)/g;

/**
 * Browsers show `<title>` to whoever points at a thing; Graphviz writes its own names there, and the texts
 * into links that lead nowhere.
 */
function withTitles(svg: string): string {
  return svg.replace(link, (_, space: string, text: string, inner: string) => {
    return `<title>${text}</title>${space}${inner.trimEnd()}`;
  });
}

/** Lines of a box start where Graphviz thinks its font ends up centered; browsers have other fonts. */
function withCenteredText(svg: string): string {
  return svg.replace(node, (_, start: string, inner: string) => {
    const outline = /<(?:path|polygon)[^>]* (?:d|points)="([^"]*)"/.exec(inner)?.[1] ?? '';
    const xs = [...outline.matchAll(/(-?[\d.]+),-?[\d.]+/g)].map(([, x]) => Number(x));
    if (xs.length === 0) return start + inner;
    const middle = ((Math.min(...xs) + Math.max(...xs)) / 2).toFixed(2);
    const place = `text-anchor="middle" x="${middle}"`;
    return start + inner.replace(/text-anchor="start" x="[^"]*"/g, place);
  });
}

/** A DOT text as an SVG that opens in a browser. */
export async function toSvg(dot: string): Promise<string> {
  loading ??= load();
  try {
    const svg = (await loading)(dot);
    return withCenteredText(withTitles(svg)).replace(/^[\s\S]*?(?=<svg)/, '');
  } catch (error) {
    loading = null;
    throw error;
  }
}
