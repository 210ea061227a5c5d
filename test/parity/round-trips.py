"""Loads modules that the package saved, runs each once, and compares with its outputs, bit for bit.

    python test/parity/round-trips.py FOLDER

Beside NAME.pt lies NAME.safetensors with `input.N` and `output.N`. Prints by name, as JSON, what differs,
or else the extra file labels.txt.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any, List

import torch
from safetensors.torch import load_file

warnings.simplefilter("ignore")
torch.set_num_threads(1)


def tensors(value: Any) -> List[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    items = value.values() if isinstance(value, dict) else value
    return [t for item in items for t in tensors(item)] if hasattr(items, "__iter__") else []


def named(values: dict, prefix: str) -> List[torch.Tensor]:
    found = []
    while f"{prefix}.{len(found)}" in values:
        found.append(values[f"{prefix}.{len(found)}"])
    return found


def check(path: Path) -> str:
    values = load_file(path.with_suffix(".safetensors"))
    extra = {"labels.txt": b""}
    module = torch.jit.load(str(path), _extra_files=extra)
    with torch.no_grad():
        outputs = tensors(module(*named(values, "input")))
    wanted = named(values, "output")
    if len(outputs) != len(wanted):
        return f"{len(outputs)} outputs, not {len(wanted)}"
    for got, want in zip(outputs, wanted):
        if got.dtype != want.dtype or got.shape != want.shape:
            return f"{got.dtype} {list(got.shape)}, not {want.dtype} {list(want.shape)}"
        if not torch.equal(got, want):
            return f"differs by {(got.double() - want.double()).abs().max().item()}"
    return extra["labels.txt"].decode()


print(json.dumps({path.stem: check(path) for path in sorted(Path(sys.argv[1]).glob("*.pt"))}))
