#!/usr/bin/env bash
# Builds the addon against a CUDA LibTorch (2.11 or newer) and runs test/cuda there.
# Needs g++, cmake, a NVIDIA driver, and either node and npm, or what scripts/pack-for-gpu.sh packed into .gpu/.
#   LIBTORCH=/path/to/torch scripts/test-cuda.sh     (default: the torch of python3)
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -d .gpu ]; then
  mkdir -p build/gpu
  [ -x build/gpu/node ] || xz -dc .gpu/node.xz > build/gpu/node
  chmod +x build/gpu/node
  export PATH="$PWD/build/gpu:$PATH"
  mkdir -p node_modules
  cp -rn .gpu/node_modules/. node_modules/
  rm -rf dist && cp -r .gpu/dist dist
elif [ ! -d dist ]; then
  npm ci && npm run build:all
fi

LIBTORCH=${LIBTORCH:-$(python3 -c 'import importlib.util, os; print(os.path.dirname(importlib.util.find_spec("torch").origin))')}
export LIBTORCH
echo "node $(node --version), LibTorch at $LIBTORCH"
includes="$PWD/node_modules/node-api-headers/include;$PWD/node_modules/node-addon-api"
cmake -S . -B build/cmake-cuda -DLIBTORCH="$LIBTORCH" -DCMAKE_JS_INC="$includes" \
  -DCMAKE_LIBRARY_OUTPUT_DIRECTORY="$PWD/build/cuda" -DLIBTORCH_NODE_TESTS=ON
cmake --build build/cmake-cuda --parallel --target libtorch_node libtorch_node_loader
export LIBTORCH_NODE_ADDON="$PWD/build/cuda/libtorch_node.node"
node --test --test-reporter=spec test/cuda/*.test.mjs
