"""Runs modules that the package saved, as they are, frozen and optimized, and says how large each is.

    python test/parity/quantization-weights.py FOLDER

Beside NAME.pt lies NAME.safetensors with `input.N` and `output`. Prints as JSON, by name and way, the
greatest difference from the output and the bytes of the file.
"""

import io
import json
import sys
import warnings
from pathlib import Path

import torch
from safetensors.torch import load_file

warnings.simplefilter("ignore")
torch.set_num_threads(1)


def arguments(values: dict) -> list:
    named = [values[f"input.{i}"] for i in range(len(values) - 1)]
    return [value.item() if value.dim() == 0 else value for value in named]


def look(module: torch.jit.ScriptModule, values: dict) -> dict:
    with torch.no_grad():
        # The executor optimizes from the second call on.
        results = [module(*arguments(values)) for _ in range(3)]
    written = io.BytesIO()
    torch.jit.save(module, written)
    apart = max((result - values["output"]).abs().max().item() for result in results)
    return {"apart": apart, "bytes": len(written.getvalue())}


def check(path: Path) -> dict:
    values = load_file(path.with_suffix(".safetensors"))
    module = torch.jit.load(str(path)).eval()
    # What is frozen already stays so.
    has_mode = hasattr(module, "training")
    frozen = torch.jit.freeze(module) if has_mode else module
    return {
        "as it is": look(module, values),
        "frozen": look(frozen, values),
        "optimized": look(torch.jit.optimize_for_inference(torch.jit.load(str(path)).eval()), values),
    }


print(json.dumps({path.stem: check(path) for path in sorted(Path(sys.argv[1]).glob("*.pt"))}))
