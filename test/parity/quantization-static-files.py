"""Runs modules that the package quantized, as TorchScript and in the lite interpreter, on the first
batch of the manifest, and prints their outputs as JSON.

    python test/parity/quantization-static-files.py MANIFEST (NAME FILE)...
"""

import base64
import json
import sys
import warnings

import torch
from torch.jit.mobile import _load_for_lite_interpreter

warnings.simplefilter("ignore")
torch.set_num_threads(1)

with open(sys.argv[1]) as text:
    manifest = json.load(text)


def decode(value):
    tensor = value["tensor"]
    data = bytearray(base64.b64decode(tensor["data"]))
    return torch.frombuffer(data, dtype=getattr(torch, tensor["dtype"])).reshape(tensor["shape"])


found = []
for name, file in zip(*[iter(sys.argv[2:])] * 2):
    x = decode(manifest[name]["batches"][0])
    outputs = [torch.jit.load(f"{file}.pt")(x), _load_for_lite_interpreter(f"{file}.ptl")(x)]
    found.append([output.flatten().tolist() for output in outputs])
print(json.dumps(found))
