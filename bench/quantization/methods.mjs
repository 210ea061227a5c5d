/** Ways to make a module smaller, by name. */
import { quantizeDynamicSync, quantizeStaticSync, quantizeWeightsSync } from 'libtorch-node';

/** Embeddings in rows of 8 bits first, then linear layers. */
function withEmbeddings(model) {
  const { module } = quantizeWeightsSync(model, { linear: false });
  const result = quantizeDynamicSync(module);
  module.dispose();
  return result;
}

const static8 = (observers) => (model, batches) =>
  quantizeStaticSync(model, batches, { observers });

/** name -> (model, calibration batches) -> result */
export const methods = {
  'dynamic int8': (model) => quantizeDynamicSync(model),
  'dynamic int8, embeddings uint8': withEmbeddings,
  'dynamic float16': (model) => quantizeDynamicSync(model, { dtype: 'float16', engine: 'fbgemm' }),
  'static int8, min and max': static8('minmax'),
  'static int8, histogram': static8('histogram'),
  'weights int8': (model) => quantizeWeightsSync(model, { embedding: false }),
  'weights int4': (model) => quantizeWeightsSync(model, { linear: 'int4', embedding: false }),
  'weights int8, embeddings uint8': (model) => quantizeWeightsSync(model),
  'weights int4, embeddings uint8': (model) => quantizeWeightsSync(model, { linear: 'int4' }),
  'embeddings uint8': (model) => quantizeWeightsSync(model, { linear: false }),
};
