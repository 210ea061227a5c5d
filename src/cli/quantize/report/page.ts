import { basename } from 'node:path';
import { bytes, duration, number, plural } from '../../figures.js';
import type { ComparedModule } from '../../torch.js';
import type { Findings } from '../findings.js';
import { type Pair, pairOfBars } from './bars.js';
import { histogram } from './histograms.js';
import { latencies } from './latency.js';
import { layerTable, sensitivitySection } from './layers.js';
import { element, type Markup } from './markup.js';
import { style } from './style.js';
import { tiles } from './tiles.js';

const MOST_HISTOGRAMS = 48;

const kinds = {
  static: ' statically',
  dynamic: ' dynamically',
  weights: ' in its weights',
  float16: ' dynamically to float16',
} as const;

function section(title: string, about: string, ...content: (Markup | null)[]): Markup {
  return element(
    'section',
    {},
    element('h2', {}, title),
    element('p', { class: 'soft' }, about),
    element('div', { class: 'scroll' }, content),
  );
}

function measure(
  { comparison }: Findings,
  title: string,
  about: string,
  of: (module: ComparedModule) => number | null,
): Markup | null {
  const [before, after] = [of(comparison.reference), of(comparison.other)];
  if (before === null || after === null) return null;
  const factor = before === 0 ? '' : `× ${(after / before).toFixed(2)}`;
  const pair: Pair = { title, before, after, show: bytes, about: factor };
  return section(title, about, pairOfBars(pair));
}

function accuracySection({ comparison, how }: Findings): Markup | null {
  const { accuracy } = comparison;
  if (accuracy === null) return null;
  const { metric, samples, reference, other, higherIsBetter, drop } = accuracy;
  const limit = how.maxAccuracyDrop;
  const allowed = limit === null ? '' : `; ${number(limit)} is allowed to be lost`;
  const better = higherIsBetter ? 'more is better' : 'less is better';
  const lost = drop > 0 ? `${number(Number(drop.toPrecision(3)))} lost` : 'nothing lost';
  return section(
    metric === 'accuracy' ? 'Accuracy' : `Accuracy by ${metric}`,
    `over ${plural(samples, 'sample')}, ${better}${allowed}`,
    pairOfBars({
      title: metric,
      before: reference,
      after: other,
      show: (value) => number(Number(value.toPrecision(5))),
      about: lost,
    }),
  );
}

function weightsSection({ weights }: Findings): Markup | null {
  if (weights.length === 0) return null;
  const more = weights.length - MOST_HISTOGRAMS;
  const rest = more > 0 ? `; ${plural(more, 'layer')} more are not drawn` : '';
  return section(
    'Weights',
    'How the float weights of each layer are spread, heights by square roots: few weights far out ' +
      `leave fewer of the steps to all others${rest}.`,
    element('div', { class: 'grid' }, weights.slice(0, MOST_HISTOGRAMS).map(histogram)),
  );
}

function subtitle({ files, how, machine }: Findings): string {
  const engine = how.engine === null ? '' : ` for ${how.engine}`;
  const calibration =
    how.calibration === null ? '' : `, calibrated on ${plural(how.calibration, 'input')}`;
  const where = `LibTorch ${machine.libtorch}, ${machine.instructions}, ${plural(machine.threads, 'thread')}`;
  const what = `${basename(files.source)}, quantized${kinds[how.method]}${engine}`;
  return `${what}${calibration}, in ${duration(how.duration)}. Measured with ${where}.`;
}

/** The report: one file that needs nothing else. */
export function reportPage(findings: Findings): string {
  const title = basename(findings.files.output);
  const { reference, other } = findings.comparison;
  const runs = plural(reference.latency?.runs ?? 0, 'call');
  const body = element(
    'main',
    {},
    element('h1', {}, title),
    element('p', { class: 'soft' }, subtitle(findings)),
    tiles(findings),
    measure(findings, 'Size', 'of the files', ({ sizeBytes }) => sizeBytes),
    reference.latency === null || other.latency === null
      ? null
      : section(
          'Latency',
          `of ${runs} each, in turns: from the fastest to the 95th of 100, with the median as a mark`,
          latencies(reference.latency, other.latency),
        ),
    measure(
      findings,
      'Peak memory',
      'that loading and running adds to a process',
      ({ peakMemoryBytes }) => peakMemoryBytes,
    ),
    accuracySection(findings),
    sensitivitySection(findings),
    layerTable(findings),
    weightsSection(findings),
  );
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('title', {}, `${title}: quantization`),
  );
  // Of this package alone, with nothing of the model in it.
  const styled = head.text.replace('</head>', `<style>${style}</style></head>`);
  return `<!DOCTYPE html>\n<html lang="en">${styled}<body>${body.text}</body></html>\n`;
}
