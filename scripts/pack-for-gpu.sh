#!/usr/bin/env bash
# Packs what scripts/test-cuda.sh and scripts/prove-cuda.sh need on a GPU machine without Node and network
# into .gpu/ (about 30 MB). The latter's tarball is taken along where `node scripts/pack-packages.mjs` made one.
set -euo pipefail
cd "$(dirname "$0")/.."
npm run --silent build:ts
mkdir -p .gpu
[ -f .gpu/node.xz ] || xz -T0 -6 -c "$(command -v node)" > .gpu/node.xz
rm -rf .gpu/*.tgz .gpu/dist .gpu/node_modules && mkdir .gpu/node_modules
cp -r dist .gpu/dist
for name in node-addon-api node-api-headers node-gyp-build zod; do
  cp -r "node_modules/$name" ".gpu/node_modules/$name"
done
cp .cache/release/libtorch-node-[0-9]*.tgz .gpu/ 2> /dev/null || true
du -sh .gpu
