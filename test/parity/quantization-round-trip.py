"""Runs modules that the package quantized, as TorchScript and in the lite interpreter, on the inputs of
the manifest, and prints their outputs as JSON.

    python test/parity/quantization-round-trip.py (FILE MANIFEST NAME)...
"""

import base64
import json
import sys
import warnings

import torch
from torch.jit.mobile import _load_for_lite_interpreter

warnings.simplefilter("ignore")
torch.set_num_threads(1)


def decode(value):
    tensor = value["tensor"]
    data = bytearray(base64.b64decode(tensor["data"]))
    return torch.frombuffer(data, dtype=getattr(torch, tensor["dtype"])).reshape(tensor["shape"])


def flat(value):
    tensors = value if isinstance(value, (tuple, list)) else [value]
    return [number for tensor in tensors for number in tensor.flatten().tolist()]


found = []
for file, manifest, name in zip(*[iter(sys.argv[1:])] * 3):
    with open(manifest) as text:
        models = json.load(text)
    fixture = models["jit"].get(name) or models["eager"][name]
    inputs = [decode(value) for value in fixture["args"]]
    found.append(
        {
            "script": flat(torch.jit.load(f"{file}.pt")(*inputs)),
            "lite": flat(_load_for_lite_interpreter(f"{file}.ptl")(*inputs)),
        }
    )
print(json.dumps(found))
