import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../src/cli/quantize/findings.js';
import { steps } from '../../../src/cli/quantize/report/latency.js';
import { signed } from '../../../src/cli/quantize/report/layers.js';
import { element, escaped } from '../../../src/cli/quantize/report/markup.js';
import { reportPage } from '../../../src/cli/quantize/report/page.js';
import type { ErrorFigures, ModuleComparison } from '../../../src/index.js';
import { wellFormed } from './well-formed.js';

const latency = { runs: 20, median: 2, p95: 3, mean: 2.1, min: 1.5 };
const errors: ErrorFigures = {
  elements: 10,
  maxAbsoluteError: 0.1,
  meanAbsoluteError: 0.01,
  maxRelativeError: 0.2,
  meanRelativeError: 0.02,
  cosineSimilarity: 0.999,
  sqnr: 31.25,
  top1Agreement: 1,
  notClose: 3,
  notFinite: 0,
  allClose: false,
};

const comparison: ModuleComparison = {
  passed: false,
  atol: 1e-4,
  rtol: 1e-5,
  method: 'forward',
  errors,
  outputs: [],
  inputs: [],
  differences: [],
  accuracy: {
    metric: 'mse',
    higherIsBetter: false,
    samples: 12,
    reference: 0.5,
    other: 0.75,
    drop: 0.25,
  },
  reference: {
    name: null,
    format: 'torchscript',
    sizeBytes: 4000,
    latency,
    peakMemoryBytes: 2e6,
    notMeasured: {},
  },
  other: {
    name: 'small.pt',
    format: 'torchscript',
    sizeBytes: 1000,
    latency: { ...latency, median: 1 },
    peakMemoryBytes: null,
    notMeasured: { memory: 'no reason' },
  },
  speedUp: 2,
};

const layer = (name: string) => ({ name, kind: 'linear', dtype: 'qint8' });
const findings: Findings = {
  files: { source: 'models/big.pt', output: 'models/small.pt' },
  how: {
    method: 'static',
    engine: 'x86',
    calibration: 7,
    maxAccuracyDrop: 0.3,
    duration: 1234,
  },
  machine: { libtorch: '2.13.0', instructions: 'AVX2', threads: 1 },
  quantized: [layer('encoder.0'), layer('encoder.1')],
  skipped: [{ name: 'head', kind: 'linear', reason: 'it was not selected' }],
  comparison,
  sensitivity: [
    { ...layer('encoder.1'), metric: 0.7, drop: 0.2, errors: { ...errors, sqnr: 12 } },
    {
      ...layer('encoder.0'),
      metric: 0.5,
      drop: 0,
      errors: { ...errors, sqnr: Number.POSITIVE_INFINITY },
    },
  ],
  weights: [
    {
      name: 'encoder.0',
      shape: [2, 3],
      elements: 6,
      min: -1,
      max: 2,
      mean: 0.5,
      deviation: 0.25,
      counts: [1, 2, 3],
    },
  ],
};

describe('the report of quantize', () => {
  it('is one well-formed page with all figures, that loads nothing', () => {
    const page = reportPage(findings);
    const { text, elements, attributes } = wellFormed(page);
    for (const figure of [
      'big.pt, quantized statically for x86, calibrated on 7 inputs, in 1.23 s.',
      'Measured with LibTorch 2.13.0, AVX2, 1 thread.',
      '4.00 × smaller 4.00 kB → 1.00 kB',
      '2.00 × faster 2.00 ms → 1.00 ms',
      '+0.25 mse 0.5 → 0.75',
      '31.3 dB output to noise',
      '2 of 3 layers quantized',
      '1.00 kB, × 0.25',
      '2.00 ms (1.50 ms – 3.00 ms)',
      'Accuracy by mse over 12 samples, less is better; 0.3 is allowed to be lost',
      '12.0 dB, mse +0.2',
      'exact, mse ±0',
      'head linear in float it was not selected',
      '2 × 3, 6 weights',
    ]) {
      expect(text).toContain(figure);
    }
    expect(text).not.toContain('Peak memory');
    expect(elements.script).toBeUndefined();
    expect(elements.link).toBeUndefined();
    for (const name of ['src', 'href', 'onload', 'onclick']) expect(attributes(name)).toEqual([]);
    expect(page).not.toMatch(/url\(|@import|https?:/);
    expect(attributes('content')).toContain("default-src 'none'; style-src 'unsafe-inline'");
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('tells drawings in words', () => {
    const { elements, attributes } = wellFormed(reportPage(findings));
    const told = attributes('aria-label');
    expect(told).toHaveLength(elements.svg!);
    expect(told).toContain('Size: before 4.00 kB, quantized 1.00 kB, × 0.25');
    expect(told).toContain('Weights of encoder.0: from -1 to 2, standard deviation 0.25');
    expect(attributes('role')).toEqual(told.map(() => 'img'));
  });

  it('takes no markup from names', () => {
    const evil = `</title><script>alert("1")</script>&'\u0007\u202e`;
    const shown = `</title><script>alert("1")</script>&'\ufffd\ufffd`;
    const page = reportPage({
      ...findings,
      files: { source: evil.replaceAll('/', '_'), output: evil.replaceAll('/', '_') },
      quantized: [layer(evil)],
      skipped: [{ name: evil, kind: evil, reason: evil }],
      sensitivity: [{ ...findings.sensitivity![0]!, name: evil }],
      weights: [{ ...findings.weights[0]!, name: evil }],
      comparison: { ...comparison, accuracy: { ...comparison.accuracy!, metric: evil } },
    });
    const { text, elements, attributes } = wellFormed(page);
    expect(elements.script).toBeUndefined();
    expect(text).toContain(shown);
    expect(attributes('aria-label').some((one) => one.includes(shown))).toBe(true);
  });

  it('cuts what long names have in common', () => {
    const start = 'encoder.with.a.name.that.is.much.too.long.';
    const names = [`${start}0.output`, `${start}1.output`];
    const page = reportPage({
      ...findings,
      quantized: names.map(layer),
      sensitivity: names.map((name) => ({ ...findings.sensitivity![0]!, name })),
    });
    const { text, attributes } = wellFormed(page);
    expect(text).toContain(' …0.output ');
    expect(attributes('aria-label').find((one) => one.includes('by layer'))).toContain(names[1]);
  });

  it('leaves out what was not measured', () => {
    const bare = reportPage({
      ...findings,
      how: { ...findings.how, method: 'weights', engine: null, calibration: null },
      sensitivity: null,
      skipped: [],
      weights: [],
      comparison: {
        ...comparison,
        accuracy: null,
        speedUp: null,
        errors: { ...errors, sqnr: null },
        reference: { ...comparison.reference, latency: null },
        other: { ...comparison.other, sizeBytes: null, latency: null },
      },
    });
    const { text, elements } = wellFormed(bare);
    expect(elements.svg).toBeUndefined();
    expect(text).toContain('big.pt, quantized in its weights, in 1.23 s.');
    expect(text).toMatch(/layer kind weights encoder\.0 linear qint8/);
  });
});

describe('its parts', () => {
  it('escape texts and attributes, and round coordinates', () => {
    expect(escaped(`<a href='x'>&"</a>`)).toBe('&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;');
    const made = element('g', { x: 1.23456, title: '"<', none: null }, 'a<b', [1, null], ['c']);
    expect(made.text).toBe('<g x="1.23" title="&quot;&lt;">a&lt;b1c</g>');
  });

  it('have scales of round steps', () => {
    expect(steps(10)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(steps(0.7).map((one) => one.toFixed(1))).toEqual(['0.0', '0.2', '0.4', '0.6']);
    expect(steps(430)).toEqual([0, 100, 200, 300, 400]);
    expect([0.5, -0.25, 0].map(signed)).toEqual(['+0.5', '−0.25', '±0']);
  });
});
