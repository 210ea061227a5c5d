"""Loads modules that were compiled and traced here, and says how far their outputs are from theirs.

    made-modules.py FOLDER

FOLDER has for each name NAME.pt, and in cases.json its inputs and the outputs here, as nested lists.
"""

import json
import sys
import warnings
from pathlib import Path

import torch

warnings.simplefilter("ignore")


def to_value(shown):
    if isinstance(shown, dict) and "tensor" in shown:
        return torch.tensor(shown["tensor"], dtype=getattr(torch, shown["dtype"]))
    if isinstance(shown, dict):
        return {key: to_value(value) for key, value in shown.items()}
    if isinstance(shown, list):
        return tuple(to_value(value) for value in shown)
    return shown


def difference(ours, theirs):
    if isinstance(theirs, torch.Tensor):
        assert ours.shape == theirs.shape and ours.dtype == theirs.dtype, (ours, theirs)
        return float((ours.double() - theirs.double()).abs().max()) if ours.numel() else 0.0
    if isinstance(theirs, dict):
        return max(difference(ours[key], value) for key, value in theirs.items())
    if isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs), (ours, theirs)
        return max((difference(a, b) for a, b in zip(ours, theirs)), default=0.0)
    assert ours == theirs, (ours, theirs)
    return 0.0


folder = Path(sys.argv[1])
cases = json.loads((folder / "cases.json").read_text())
report = {}
for name, case in cases.items():
    model = torch.jit.load(str(folder / f"{name}.pt"))
    with torch.no_grad():
        theirs = model(*[to_value(value) for value in case["inputs"]])
    ours = to_value(case["output"])
    if "source" in case:
        # As Python, with PyTorch's own torch.nn.functional.
        names = {"torch": torch, "F": torch.nn.functional, "Tensor": torch.Tensor, "List": list}
        exec(case["source"], names)
        inputs = [to_value(value) for value in case["inputs"]]
        assert difference(ours, names["forward"](None, *inputs)) < 1e-5, name
    report[name] = {
        "difference": difference(ours, theirs),
        "parameters": {key: value.requires_grad for key, value in model.named_parameters()},
        "buffers": [key for key, _ in model.named_buffers()],
        "training": model.training,
        "name": model.original_name,
    }
print(json.dumps(report))
