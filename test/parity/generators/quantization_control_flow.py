"""Modules whose submodules LibTorch's observer pass does not visit as it expects, by hand and at
random, into FOLDER/quantization_control_flow.

    python test/parity/generators/quantization_control_flow.py FOLDER
"""

import importlib.util
import json
import random
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)


class Unused(Pair):
    def forward(self, x: Tensor) -> Tensor:
        return self.a(x)


class InLoop(Pair):
    def forward(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = torch.relu(self.b(x))
        return self.a(x)


class EarlyReturn(Pair):
    def forward(self, x: Tensor) -> Tensor:
        y = self.a(x)
        if bool(y.sum() > 0):
            return y
        return self.b(y)


class Break(Pair):
    def forward(self, x: Tensor) -> Tensor:
        for _ in range(5):
            x = self.a(x)
            if bool(x.sum() > 1e9):
                break
            x = self.b(x)
        return x


class MaybeMissing(Pair):
    def forward(self, x: Tensor, y: Optional[Tensor] = None) -> Tensor:
        if y is not None:
            x = self.a(x) + y
        return self.b(x)


class Raises(Pair):
    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 2:
            raise ValueError("expected a matrix")
        return self.b(self.a(x))


class Lists(Pair):
    def forward(self, x: Tensor) -> Tuple[Tensor, List[Tensor]]:
        seen: List[Tensor] = []
        for _ in range(3):
            seen.append(self.a(x))
        return self.b(torch.cat(seen)), seen


class Forked(Pair):
    def forward(self, x: Tensor) -> Tensor:
        other = torch.jit.fork(self.a, x)
        return self.b(x) + torch.jit.wait(other)


class Counting(Pair):
    """Changes its own attributes."""

    def __init__(self):
        super().__init__()
        self.calls = 0
        self.register_buffer("total", torch.zeros(8))

    def forward(self, x: Tensor) -> Tuple[Tensor, int]:
        self.calls += 1
        self.total = self.total + x[0]
        return self.b(self.a(x)) + self.total, self.calls


class InPlace(Pair):
    """Writes into a view of what is quantized."""

    def forward(self, x: Tensor) -> Tensor:
        y = self.a(x)
        y[0] = 0
        return self.b(y)


class NamedPadding(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(4, 4, 3, padding="same")
        self.b = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(self.a(x))


class Mixed(nn.Module):
    """Kinds and dtypes that are not quantized, beside one that is."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(10, 8)
        self.wide = nn.Linear(8, 8).double()
        self.lstm = nn.LSTM(8, 8, batch_first=True)
        self.empty = nn.Linear(8, 0)
        self.head = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        y = self.table((x.abs() * 3).long().clamp(0, 9))
        y, _ = self.lstm(self.wide(y.double()).float())
        return torch.cat([self.head(y), self.empty(y)], -1)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.head = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        y, _ = self.attention(x, x, x, need_weights=False)
        return self.head(y)


def encoder() -> nn.Module:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


class Random:
    """The source of a forward of nested branches and loops over six layers of one type."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def block(self, depth: int, indent: int, in_loop: bool) -> List[str]:
        pad = "    " * indent
        lines: List[str] = []
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.randint(0, 9) if depth > 0 else 0
            layer = f"self.l{self.random.randint(0, 5)}"
            inner = (depth - 1, indent + 1)
            if kind <= 3:
                call = self.random.choice(["{}(x)", "torch.relu({}(x))", "x + {}(x)", "{}(x) * 0.5"])
                lines.append(f"{pad}x = {call.format(layer)}")
            elif kind <= 5:
                lines.append(f"{pad}if bool(x.mean() > {self.random.uniform(-1, 1):.2f}):")
                lines += self.block(*inner, in_loop)
                if self.random.random() < 0.5:
                    lines += [f"{pad}else:", *self.block(*inner, in_loop)]
            elif kind <= 7:
                lines.append(f"{pad}for _ in range({self.random.randint(0, 3)}):")
                lines += self.block(*inner, True)
            elif kind == 8:
                leave = "break" if in_loop else "return x"
                lines += [f"{pad}if bool(x.sum() > 1000.0):", f"{pad}    {leave}"]
            else:
                lines += [f"{pad}if x.size(0) > 2:", f"{pad}    return {layer}(x)"]
        return lines

    def source(self) -> str:
        body = "\n".join(self.block(3, 2, False))
        layers = "\n".join(f"        self.l{i} = nn.Linear(8, 8)" for i in range(6))
        return (
            "import torch\nfrom torch import Tensor, nn\n\n\nclass Made(nn.Module):\n"
            f"    def __init__(self):\n        super().__init__()\n{layers}\n\n"
            f"    def forward(self, x: Tensor) -> Tensor:\n{body}\n        return x\n"
        )


def at_random(seed: int, folder: str) -> nn.Module:
    file = Path(folder) / f"made_{seed}.py"
    file.write_text(Random(seed).source())
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Made()


def main(folder: Path) -> None:
    torch.manual_seed(3)
    torch.set_grad_enabled(False)
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True)
    matrix, steps = [4, 8], [2, 4, 8]
    plain = (Unused, InLoop, EarlyReturn, Break, MaybeMissing, Raises, Lists, Forked, Counting)
    made: Dict[str, Tuple[nn.Module, List[int]]] = {
        kind.__name__: (kind(), matrix) for kind in (*plain, InPlace, NamedPadding, Mixed)
    }
    made["Attention"] = (Attention(), steps)
    made["TransformerEncoder"] = (encoder(), steps)
    with tempfile.TemporaryDirectory() as sources:
        for seed in range(24):
            made[f"Random{seed}"] = (at_random(seed, sources), matrix)
        for name, (module, _) in made.items():
            torch.jit.script(module.eval()).save(folder / f"{name}.pt")
    manifest = {name: {"file": f"{name}.pt", "shape": shape} for name, (_, shape) in made.items()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "quantization_control_flow")
