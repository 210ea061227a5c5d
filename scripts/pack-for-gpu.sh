#!/usr/bin/env bash
# Packs what scripts/test-cuda.sh needs on a GPU machine without Node and network into .gpu/ (about 30 MB).
set -euo pipefail
cd "$(dirname "$0")/.."
npx tsc -p tsconfig.build.json
rm -rf .gpu && mkdir -p .gpu/node_modules
xz -T0 -6 -c "$(command -v node)" > .gpu/node.xz
cp -r dist .gpu/dist
for name in node-addon-api node-api-headers node-gyp-build zod; do
  cp -r "node_modules/$name" ".gpu/node_modules/$name"
done
du -sh .gpu
