"""Modules whose weights are to be stored in fewer bits, and what they give with the weights that
NumPy's own words of the formulas leave, into FOLDER/weights.

    python test/parity/generators/quantization_weights.py FOLDER
"""

import copy
import json
import sys
import warnings
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

from encode import encode  # noqa: E402


class Text(nn.Module):
    """Words and constant places; a column number that fills no group; a layer without bias."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(50, 24, padding_idx=0)
        self.places = nn.Embedding(16, 24)
        self.up = nn.Linear(24, 33)
        self.down = nn.Linear(33, 24, bias=False)
        self.register_buffer("ids", torch.arange(16))

    def forward(self, x: Tensor) -> Tensor:
        x = self.words(x) + self.places(self.ids)
        return x + self.down(torch.relu(self.up(x)))


class Tied(nn.Module):
    """The words are the weights of the last layer too."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(50, 24)
        self.inner = nn.Linear(24, 24)
        self.head = nn.Linear(24, 50)
        self.head.weight = self.words.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.tanh(self.inner(self.words(x))))


class Bags(nn.Module):
    """Means, a padding index, weighted sums, maxima."""

    def __init__(self):
        super().__init__()
        self.mean = nn.EmbeddingBag(40, 12)
        self.padded = nn.EmbeddingBag(40, 12, padding_idx=3)
        self.weighted = nn.EmbeddingBag(40, 12, mode="sum", include_last_offset=True)
        self.largest = nn.EmbeddingBag(40, 12, mode="max")

    def forward(self, x: Tensor, offsets: Tensor, weights: Tensor) -> Tensor:
        n = offsets.size(0) - 1
        parts = [self.mean(x, offsets[:n]), self.padded(x, offsets[:n])]
        parts += [self.weighted(x, offsets, weights), self.largest(x, offsets[:n])]
        return torch.cat(parts, 1)


class Branches(nn.Module):
    """Layers in a loop and in a branch."""

    def __init__(self):
        super().__init__()
        self.step = nn.Linear(8, 8)
        self.last = nn.Linear(8, 8)

    def forward(self, x: Tensor, times: int) -> Tensor:
        for _ in range(times):
            x = torch.tanh(self.step(x))
        if times > 2:
            x = self.last(x)
        return x


def int8(weight: np.ndarray) -> Tuple[List[np.ndarray], np.ndarray]:
    scale = np.abs(weight).max(1, keepdims=True) / np.float32(127)
    scale[scale == 0] = 1
    values = np.rint(weight / scale).clip(-127, 127).astype(np.int8)
    return [values, scale[:, 0]], values * scale


def uint8(weight: np.ndarray) -> Tuple[List[np.ndarray], np.ndarray]:
    minimum = weight.min(1, keepdims=True)
    scale = (weight.max(1, keepdims=True) - minimum) / np.float32(255)
    scale[scale == 0] = 1
    values = np.rint((weight - minimum) / scale).clip(0, 255).astype(np.uint8)
    return [values, scale, minimum], values * scale + minimum


def int4(weight: np.ndarray, size: int) -> Tuple[List[np.ndarray], np.ndarray]:
    rows, columns = weight.shape
    size = min(size, columns + columns % 2)
    padded = np.pad(weight, [(0, 0), (0, -columns % size)])
    groups = padded.reshape(rows, -1, size)
    least = np.minimum(groups.min(2, keepdims=True), 0)
    most = np.maximum(groups.max(2, keepdims=True), 0)
    scale = (most - least) / np.float32(15)
    scale = torch.from_numpy(scale).bfloat16().float().numpy()
    scale[scale == 0] = 1
    zero = np.rint(-least / scale).clip(0, 15)
    values = (np.rint(groups / scale) + zero).clip(0, 15).astype(np.uint8)
    flat = values.reshape(rows, -1)
    low, high = np.split(flat, 2, axis=1)
    stored = [low | (high << 4), scale, zero.astype(np.uint8)]
    return stored, ((values - zero) * scale).reshape(rows, -1)[:, :columns]


def store(module: nn.Module, linear: str, size: int) -> Dict[str, list]:
    """Puts what the formulas leave into the module's weights; gives what is stored, by layer."""
    stored: Dict[str, list] = {}
    known = set()
    users: Dict[int, set] = {}
    for layer in module.modules():
        if hasattr(layer, "weight"):
            users.setdefault(id(layer.weight), set()).add(isinstance(layer, nn.Linear))
    for name, layer in module.named_modules():
        if not hasattr(layer, "weight"):
            continue
        key = id(layer.weight)
        if key not in known:
            weight = layer.weight.detach().numpy().copy()
            if users[key] == {True}:
                parts, floats = int8(weight) if linear == "int8" else int4(weight, size)
            else:
                parts, floats = uint8(weight) if users[key] == {False} else int8(weight)
            known.add(key)
            layer.weight.data = torch.from_numpy(floats.astype(np.float32))
            stored[name] = [encode(torch.from_numpy(part)) for part in parts]
    return stored


def main(folder: Path) -> None:
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(0, 50, (2, 16))
    bags = (torch.randint(0, 40, (9,)), torch.tensor([0, 2, 2, 6, 9]), torch.rand(9))
    bags[0][:3] = 3
    models = {
        "text": (Text, (ids,)),
        "text-traced": (Text, (ids,)),
        "tied": (Tied, (ids,)),
        "bags": (Bags, bags),
        "branches": (Branches, (torch.randn(3, 8), 3)),
    }
    manifest = {}
    for name, (make, inputs) in models.items():
        module = make().eval()
        traced = torch.jit.trace(module, inputs) if name.endswith("-traced") else None
        torch.jit.save(traced or torch.jit.script(module), str(folder / f"{name}.pt"))
        cases = []
        for linear, size in [("int8", 32), ("int4", 32), ("int4", 8)]:
            changed = copy.deepcopy(module)
            stored = store(changed, linear, size)
            with torch.no_grad():
                cases.append(
                    {
                        "linear": linear,
                        "groupSize": size,
                        "stored": stored,
                        "result": encode(changed(*inputs)),
                    }
                )
        manifest[name] = {"args": [encode(value) for value in inputs], "cases": cases}
    (folder / "manifest.json").write_text(json.dumps(manifest))


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "weights")
