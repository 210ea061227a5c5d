/** Quantized files of models of real shapes, and how much smaller they are. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { loadModuleSync, randn } from 'libtorch-node';
import { methods } from './methods.mjs';

const both = 'dynamic int8, embeddings uint8';
const cases = [
  ['ResNet-18', 'resnet18', 'static int8, min and max'],
  ['ResNet-50', 'resnet50', 'static int8, min and max', 3.9],
  ['BERT-base', 'bert-base', 'dynamic int8', 2.35],
  ['BERT-base', 'bert-base', both, 3.7],
  ['BERT-base', 'bert-base', 'weights int4, embeddings uint8'],
  ['MiniLM-6', 'minilm', 'dynamic int8'],
  ['MiniLM-6', 'minilm', both],
  ['MiniLM-6', 'minilm', 'weights int8, embeddings uint8'],
  ['MiniLM-6', 'minilm', 'weights int4, embeddings uint8'],
];

/** The file of a model made by a method. */
export function quantizedFile(folder, model, method) {
  return path.join(folder, `${model}, ${method}.pt`);
}

/** Writes the files, and adds the table of their sizes. */
export function measureSizes(report, models, folder) {
  const images = [randn([2, 3, 224, 224]), randn([2, 3, 224, 224])];
  const rows = [];
  for (const [name, model, method, least] of cases) {
    const source = path.join(models, `${model}.pt`);
    const module = loadModuleSync(source);
    const { module: quantized } = methods[method](module.eval(), images);
    const file = quantizedFile(folder, model, method);
    quantized.saveSync(file);
    quantized.dispose();
    module.dispose();
    const [before, after] = [source, file].map((each) => statSync(each).size / 1e6);
    rows.push([name, method, before, after, before / after]);
    if (least === undefined) continue;
    const what = `${name}, ${method}: float32 file / quantized`;
    report.check(what, before / after, { limit: least, least: true });
  }
  report.table('sizes of files', ['', '', 'float32 MB', 'quantized MB', 'ratio'], rows);
}
