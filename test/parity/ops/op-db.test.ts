import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setNumThreads, setWarningHandler } from '../../../src/index.js';
import { Archive, type Call } from './archive.js';
import { pythonFunctions } from './python-functions.js';
import { replay, type Totals } from './replay.js';
import { report } from './report.js';

/** The least part of the calls that must come out as PyTorch's. */
const thresholds: Record<string, number> = {
  float32: 0.98,
  int64: 0.98,
  bool: 0.98,
  bfloat16: 0.98,
  complex64: 0.98,
};

let archive: Archive;
let folder: string;
const results: [string, Totals][] = [];

beforeAll(async () => {
  const script = path.resolve('scripts', 'op-db.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  folder = stdout.trim().split('\n').at(-1) as string;
  archive = new Archive(folder);
  // As PyTorch's calls were made: sums split over threads differ in their last bits.
  setNumThreads(1);
  setWarningHandler(() => {});
}, 600_000);

afterAll(() => {
  setWarningHandler(null);
  const refused = JSON.parse(readFileSync(path.join(folder, 'refused.json'), 'utf8'));
  report(results, refused.refused);
});

async function totalsOf(file: string, key: (call: Call) => string): Promise<Map<string, Totals>> {
  const totals = await replay(archive, file, key);
  for (const [name, of] of totals) results.push([name, of]);
  return totals;
}

const share = ({ equal, total }: Totals): number => equal / total;

describe('PyTorch’s operator database', () => {
  it('gives the same through functions of our names, in every dtype', async () => {
    const totals = await totalsOf('functions', (call) => call.dtype ?? '');
    expect([...totals.keys()].sort()).toEqual(Object.keys(thresholds).sort());
    for (const [dtype, of] of totals) {
      expect(share(of), dtype).toBeGreaterThanOrEqual(thresholds[dtype] as number);
    }
    expect(totals.get('float32')?.total).toBeGreaterThan(3_500);
  }, 300_000);

  it('gives the same for every ATen call, replayed through ops', async () => {
    const totals = await totalsOf('aten', () => 'ATen calls');
    const of = totals.get('ATen calls') as Totals;
    expect(of.total).toBeGreaterThan(35_000);
    expect(of.names.size).toBeGreaterThan(490);
    expect(share(of)).toBeGreaterThanOrEqual(0.99);
  }, 300_000);

  it('gives the same for every function that needs Python there', async () => {
    const totals = await totalsOf('python', (call) => `${call.kind}.${call.name}`);
    const wrong = [...totals].filter(([, of]) => of.equal < of.total);
    expect(wrong.map(([name, of]) => [name, ...of.failures.values()])).toEqual([]);
    expect([...totals.keys()].sort()).toEqual(pythonFunctions);
  }, 300_000);
});
