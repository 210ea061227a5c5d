/** What each method costs on real weights: a sentence encoder's embeddings, and the digits' classes. */
import path from 'node:path';
import { fromBuffer, loadModuleSync, loadStateDictSync } from 'libtorch-node';
import { readTestSplit } from '../../examples/digits/images.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { methods } from './methods.mjs';

/** Runs every method that applies; the others say why in the table. */
function forEachMethod(source, names, batches, use) {
  const model = loadModuleSync(source).eval();
  for (const name of names) {
    try {
      const { module } = methods[name](model, batches);
      use(name, module);
      module.dispose();
    } catch (error) {
      if (error.code === undefined) throw error;
      use(`${name}: ${error.code}`, null);
    }
  }
  model.dispose();
}

function measureSentences(report, models) {
  const source = path.join(models, 'sentences.pt');
  const values = loadStateDictSync(path.join(models, 'sentences.safetensors'));
  const [ids, mask] = ['ids', 'mask'].map((name) => values.get(name));
  const model = loadModuleSync(source);
  const wanted = model.forwardSync(ids, mask);
  const bytes = model.toBytesSync().byteLength;
  const half = ids.shape[0] / 2;
  const calibration = [[ids.narrow(0, 0, half), mask.narrow(0, 0, half)]];
  const rows = [];
  forEachMethod(source, Object.keys(methods), calibration, (name, module) => {
    if (module === null) return rows.push([name]);
    // Both are of length 1.
    const cosines = module.forwardSync(ids, mask).mul(wanted).sum(1);
    const ratio = bytes / module.toBytesSync().byteLength;
    rows.push([name, ratio, cosines.mean().item(), cosines.min().item()]);
  });
  report.table(
    `all-MiniLM-L6-v2, ${ids.shape[0]} sentences: cosine with float32's embeddings`,
    ['', 'file ratio', 'mean', 'least'],
    rows,
  );
}

function measureDigits(report) {
  const source = inRoot('examples', 'digits', 'digits-traced.pt');
  const { count, pixels, labels } = readTestSplit();
  const images = fromBuffer(
    Float32Array.from(pixels, (level) => level / 255),
    {
      shape: [count, 1, 8, 8],
    },
  );
  const right = (module) => {
    const found = module.forwardSync(images).argmax(1).toArray();
    return found.filter((digit, i) => Number(digit) === labels[i]).length;
  };
  const model = loadModuleSync(source);
  const before = right(model.eval());
  const rows = [['float32', (100 * before) / count, 0]];
  const names = Object.keys(methods).filter((name) => !name.includes('embeddings'));
  forEachMethod(source, names, [images.narrow(0, 0, 100)], (name, module) => {
    if (module === null) return rows.push([name]);
    const now = right(module);
    rows.push([name, (100 * now) / count, (100 * (before - now)) / count]);
  });
  report.table(`digits, ${count} images`, ['', 'accuracy %', 'drop, points'], rows);
}

export function measureAccuracy(report, models) {
  measureSentences(report, models);
  measureDigits(report);
}
