"""Modules that PyTorch 1.13 optimizes for phones, with XNNPACK, for `mobile-1.13.test.ts`.

    python test/parity/older/mobile_1_13.py FOLDER
    python test/parity/older/mobile_1_13.py --run FOLDER

Each is written into FOLDER/mobile as a source module and, optimized, as `.pt` and `.ptl`. `--run` loads every
`.pt` and `.ptl` of FOLDER, which something else wrote, and prints what they compute for those inputs.
`scripts/lib/older-fixtures.mjs` runs it with Debian 12's python3-torch.
"""

import json
import sys
from pathlib import Path
from typing import Any, Callable, Dict

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.jit.mobile import _load_for_lite_interpreter
from torch.utils.mobile_optimizer import optimize_for_mobile

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

from encode import encode, encode_tensor  # noqa: E402


class Heads(nn.Module):
    """Linear layers with every bound, with and without bias, one of them used twice."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(12, 8)
        self.second = nn.Linear(8, 8, bias=False)
        self.last = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first(x))
        x = F.hardtanh(self.second(x), -0.5, 0.75) + F.relu6(self.second(x))
        return torch.clamp(self.last(x), -0.25, 0.5)


class Upsampler(nn.Module):
    """Transposed convolutions: strided, in groups, padded, one of them dilated."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, (3, 5), stride=(2, 1), padding=(1, 2))
        self.up = nn.ConvTranspose2d(8, 8, 3, stride=2, padding=1, output_padding=1)
        self.grouped = nn.ConvTranspose2d(8, 4, 2, stride=(2, 1), groups=2, bias=False)
        self.dilated = nn.ConvTranspose2d(4, 3, 2, dilation=2)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.conv(x))
        x = F.relu(self.up(x))
        x = F.hardtanh(self.grouped(x), -1.0, 1.0)
        return self.dilated(x)


class Series(nn.Module):
    """1D convolutions."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(4, 6, 3, padding=1)
        self.second = nn.Conv1d(6, 6, 5, stride=2, dilation=2, groups=3)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.second(torch.relu(self.first(x))))


class Others(nn.Module):
    """What XNNPACK cannot run, beside what it can."""

    def __init__(self):
        super().__init__()
        self.same = nn.Conv2d(3, 3, 3, padding="same")
        self.reflect = nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect")
        self.kernel = nn.Linear(3, 3 * 3 * 9)
        self.norm = nn.BatchNorm2d(3, track_running_stats=False)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.reflect(torch.relu(self.same(x)))
        kernel = self.kernel(x.mean((0, 2, 3))).reshape(3, 3, 3, 3)
        y = F.conv2d(self.dropout(x), kernel, padding=1)
        return self.norm(torch.relu(x + y))


class Branches(nn.Module):
    """Layers inside control flow, and a second method."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > 0):
            x = torch.relu(self.a(x))
        for _ in range(x.size(0)):
            x = torch.relu(self.b(x))
        return x

    @torch.jit.export
    def features(self, x: Tensor) -> Tensor:
        return torch.relu(self.a(x))


def conv_norm(into: int, out: int, size: int, stride: int, groups: int, bound: Any) -> nn.Module:
    conv = nn.Conv2d(into, out, size, stride, size // 2, groups=groups, bias=False)
    parts = [conv, nn.BatchNorm2d(out)]
    return nn.Sequential(*parts, *([] if bound is None else [bound(inplace=True)]))


class Inverted(nn.Module):
    def __init__(self, into: int, out: int, stride: int, expand: int):
        super().__init__()
        wide = into * expand
        self.add = stride == 1 and into == out
        self.layers = nn.Sequential(
            conv_norm(into, wide, 1, 1, 1, nn.ReLU6),
            conv_norm(wide, wide, 3, stride, wide, nn.ReLU6),
            conv_norm(wide, out, 1, 1, 1, None),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.add else self.layers(x)


class MobileNet(nn.Module):
    """Shaped as MobileNetV2, narrow."""

    def __init__(self):
        super().__init__()
        shape = [(8, 1, 1), (8, 2, 2), (8, 1, 4), (12, 2, 4), (12, 1, 4), (16, 2, 4), (16, 1, 4)]
        blocks, into = [], 8
        for out, stride, expand in shape:
            blocks.append(Inverted(into, out, stride, expand))
            into = out
        self.stem = conv_norm(3, 8, 3, 2, 1, nn.ReLU6)
        self.blocks = nn.Sequential(*blocks)
        self.head = conv_norm(into, 48, 1, 1, 1, nn.ReLU6)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(48, 10))

    def forward(self, x: Tensor) -> Tensor:
        x = self.head(self.blocks(self.stem(x)))
        return self.classifier(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Basic(nn.Module):
    def __init__(self, into: int, out: int, stride: int):
        super().__init__()
        self.first = conv_norm(into, out, 3, stride, 1, nn.ReLU)
        self.second = conv_norm(out, out, 3, 1, 1, None)
        changes = stride != 1 or into != out
        self.shortcut = conv_norm(into, out, 1, stride, 1, None) if changes else nn.Identity()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.second(self.first(x)) + self.shortcut(x))


class ResNet(nn.Module):
    """Shaped as ResNet-18, narrow."""

    def __init__(self):
        super().__init__()
        self.stem = conv_norm(3, 8, 7, 2, 1, nn.ReLU)
        self.pool = nn.MaxPool2d(3, 2, 1)
        blocks, into = [], 8
        for out in (8, 12, 16, 24):
            blocks += [Basic(into, out, 1 if out == 8 else 2), Basic(out, out, 1)]
            into = out
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(into, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.pool(self.stem(x)))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def image(side: int) -> Tensor:
    return torch.linspace(-2, 2, 2 * 3 * side * side).sin().reshape(2, 3, side, side)


MODULES: Dict[str, Callable[[], nn.Module]] = {
    "linear": Heads,
    "transposed": Upsampler,
    "conv1d": Series,
    "others": Others,
    "branches": Branches,
    "mobilenet": MobileNet,
    "resnet": ResNet,
}
INPUTS = {
    "linear": torch.linspace(-1, 1, 4 * 12).reshape(4, 12),
    "transposed": image(9),
    "conv1d": torch.linspace(-1, 1, 2 * 4 * 20).sin().reshape(2, 4, 20),
    "others": image(7),
    "branches": torch.linspace(-1, 1.5, 3 * 6).reshape(3, 6),
    "mobilenet": image(33),
    "resnet": image(40),
}


def made(name: str) -> nn.Module:
    """With statistics that are not those of a new batch norm."""
    torch.manual_seed(len(name))
    module = MODULES[name]()
    with torch.no_grad():
        for _ in range(3):
            module(INPUTS[name] * 2 + 0.5 + torch.randn_like(INPUTS[name]))
    return module.eval()


def write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    modules = {}
    for name, given in INPUTS.items():
        for way in ("scripted", "traced"):
            if way == "traced" and name == "branches":
                continue
            module = made(name)
            source = torch.jit.script(module) if way == "scripted" else torch.jit.trace(module, given)
            file = f"{name}-{way}"
            torch.jit.save(source, str(folder / f"{file}.pt"))
            modules[file] = {"input": encode(given), "result": encode(source(given))}
            if name == "others":
                continue  # optimize_for_mobile fails on padding="same"
            preserved = ["features"] if name == "branches" else []
            optimized = optimize_for_mobile(source, preserved_methods=preserved)
            torch.jit.save(optimized, str(folder / f"{file}-optimized.pt"))
            optimized._save_for_lite_interpreter(str(folder / f"{file}-optimized.ptl"))
            modules[file]["optimized"] = encode(optimized(given))
            modules[file]["prepacked"] = str(optimized.graph).count("prepacked::")
    manifest = {"torch": torch.__version__, "modules": modules}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False) + "\n", "utf-8")


def run(folder: Path) -> None:
    """Prints the results by file name."""
    results = {}
    for file in sorted(folder.glob("*.pt*")):
        load = torch.jit.load if file.suffix == ".pt" else _load_for_lite_interpreter
        results[file.name] = encode_tensor(load(str(file))(INPUTS[file.name.split("-")[0]]))
    print(json.dumps(results))


if __name__ == "__main__":
    with torch.no_grad():
        if sys.argv[1] == "--run":
            run(Path(sys.argv[2]))
        else:
            write(Path(sys.argv[1]) / "mobile")
