import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setNumThreads, setWarningHandler } from 'libtorch-node';
import { quantizationModels } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';
import { measureAccuracy } from '../quantization/accuracy.mjs';
import { measureSizes } from '../quantization/sizes.mjs';
import { measureTimes } from '../quantization/times.mjs';

export async function figure() {
  // LibTorch says that its quantized dtypes will go.
  setWarningHandler(() => {});
  setNumThreads(1);
  const models = await quantizationModels();
  const report = new Report('quantization', 'sizes, times and accuracy of quantized models');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'libtorch-node-'));
  try {
    measureSizes(report, models, folder);
    await measureTimes(report, models, folder);
    measureAccuracy(report, models);
  } finally {
    await rm(folder, { recursive: true });
  }
  return report;
}
