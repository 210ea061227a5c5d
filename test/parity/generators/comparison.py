"""Two modules and how far apart PyTorch and NumPy find them on the same inputs.

    python test/parity/generators/comparison.py FOLDER

Writes reference.pt, other.pt (its weights with noise) and inputs.pt into the folder, and prints the
figures as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Dict

import numpy as np
import torch
from torch.ao.ns.fx.utils import compute_sqnr
from torch import nn

ATOL, RTOL = 1e-3, 1e-2


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(8 * 6 * 6, 10)

    def forward(self, x: torch.Tensor) -> Dict[str, torch.Tensor]:
        features = self.conv(x).relu()
        return {"features": features, "logits": self.fc(features.flatten(1))}


def figures(reference: torch.Tensor, other: torch.Tensor) -> dict:
    a, b = reference.double(), other.double()
    x, y = a.numpy().ravel(), b.numpy().ravel()
    error = np.abs(y - x)
    relative = error / np.maximum(np.abs(x), ATOL)
    close = torch.isclose(b, a, atol=ATOL, rtol=RTOL)
    found = {
        "elements": a.numel(),
        "maxAbsoluteError": error.max(),
        "meanAbsoluteError": error.mean(),
        "maxRelativeError": relative.max(),
        "meanRelativeError": relative.mean(),
        "cosineSimilarity": torch.nn.functional.cosine_similarity(a.flatten(), b.flatten(), 0).item(),
        "sqnr": compute_sqnr(reference.float(), other.float()).item(),
        "top1Agreement": (a.argmax(1) == b.argmax(1)).double().mean().item() if a.dim() == 2 else None,
        "notClose": int((~close).sum()),
        "notFinite": 0,
        "allClose": torch.allclose(b, a, atol=ATOL, rtol=RTOL),
    }
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in found.items()}


def main(folder: Path) -> dict:
    torch.manual_seed(11)
    torch.set_num_threads(1)
    net = torch.jit.script(Net().eval())
    net.save(str(folder / "reference.pt"))
    inputs = [torch.randn(16, 3, 8, 8) for _ in range(4)]
    torch.save(inputs, folder / "inputs.pt")
    with torch.no_grad():
        first = [net(x) for x in inputs]
        for parameter in net.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.02)
        net.save(str(folder / "other.pt"))
        second = [net(x) for x in inputs]
    joined = lambda runs, name: torch.cat([run[name] for run in runs])
    outputs = {f".{name}": figures(joined(first, name), joined(second, name)) for name in first[0]}
    worst = {
        f".{name}": int(np.argmax([(a[name] - b[name]).abs().max().item() for a, b in zip(first, second)]))
        for name in first[0]
    }
    return {"atol": ATOL, "rtol": RTOL, "outputs": outputs, "worst": worst}


print(json.dumps(main(Path(sys.argv[1]))))
