#!/usr/bin/env bash
# Proves that the packed package uses a CUDA LibTorch of its version although it was built elsewhere: unpacks its tarball
# into an empty project and runs test/cuda there, with the LibTorch that LIBTORCH names; then, with no compiler on the
# PATH and LIBTORCH unset, on the one that is found through Python.
# Needs a NVIDIA driver, python3 with a CUDA torch of the version that `npm run prebuild` was run with, and either node
# and .cache/release (`node scripts/pack-packages.mjs --without-libtorch`), or what scripts/pack-for-gpu.sh packed.
set -euo pipefail
cd "$(dirname "$0")/.."
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
mkdir -p "$project"/{bin,examples,node_modules/libtorch-node,test/fixtures}

packed=.cache/release
modules=node_modules
node=$(command -v node || true)
if [ -d .gpu ]; then
  packed=.gpu
  modules=.gpu/node_modules
  node=$project/node
  xz -dc .gpu/node.xz > "$node"
  chmod +x "$node"
fi
tar -xzf "$packed"/libtorch-node-[0-9]*.tgz -C "$project/node_modules/libtorch-node" --strip-components=1
cp -r "$modules/zod" "$modules/node-gyp-build" "$project/node_modules/"
cp -r test/cuda "$project/test/"
cp -r test/fixtures/op-libraries "$project/test/fixtures/"
cp -r examples/digits "$project/examples/"
python=$(command -v python3)
torch=$("$python" -c 'import importlib.util, os; print(os.path.dirname(importlib.util.find_spec("torch").origin))')
printf '#!/bin/sh\nexec "%s" "$@"\n' "$python" > "$project/bin/python3"
chmod +x "$project/bin/python3"
cd "$project"

available='import { cuda } from "libtorch-node"; console.log("cuda.isAvailable():", cuda.isAvailable());'
echo "== LIBTORCH=$torch"
export LIBTORCH=$torch
unset LIBTORCH_NODE_ADDON
"$node" --input-type=module -e "$available"
PATH="$(dirname "$node"):$PATH" "$node" --test --test-reporter=spec test/cuda/*.test.mjs

echo "== through Python, and nothing else on the PATH"
unset LIBTORCH
export PATH=$project/bin
"$node" node_modules/libtorch-node/dist/cli.js doctor || true
"$node" --input-type=module -e "$available"
"$node" --test --test-reporter=spec test/cuda/{cuda,lite,quantization,training}.test.mjs
PATH=/usr/bin:/bin
