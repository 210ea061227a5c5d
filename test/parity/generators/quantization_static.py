"""Modules, batches to calibrate with, and what PyTorch's `quantize_jit` gives, into
FOLDER/quantization_static.

    python test/parity/generators/quantization_static.py FOLDER
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Dict, List

import torch
from torch import Tensor, nn
from torch.ao.quantization import QConfig, get_default_qconfig, observer
from torch.ao.quantization.quantize_jit import quantize_jit

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

from encode import encode  # noqa: E402


class Network(nn.Module):
    """Convolutions with batch norms, an addition, a concatenation, poolings, a layer norm."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1, groups=4)
        self.norm2 = nn.BatchNorm2d(8)
        self.conv3 = nn.Conv2d(16, 8, 1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(8, 10)
        self.norm = nn.LayerNorm(10)
        self.head = nn.Linear(10, 4)

    def forward(self, x: Tensor) -> Tensor:
        a = torch.relu(self.norm1(self.conv1(x)))
        b = torch.relu(self.norm2(self.conv2(a)))
        c = self.pool(torch.relu(self.conv3(torch.cat([a + b, b], 1))))
        d = torch.flatten(nn.functional.adaptive_avg_pool2d(c, 1), 1)
        return self.head(self.norm(self.fc(d)))


class Residual(nn.Module):
    """A block of ResNet, which adds and rectifies in place."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, bias=False)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(8)
        self.relu = nn.ReLU(inplace=True)
        self.fc = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(x))
        y += x
        y = self.relu(y)
        return self.fc(y.mean([2, 3]))


class Signal(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 6, 3)
        self.norm = nn.BatchNorm1d(6)
        self.fc = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.avg_pool1d(torch.relu(self.norm(self.conv(x))), 2)
        return torch.sigmoid(self.fc(x.transpose(1, 2)))


class Volume(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(1, 4, 3)
        self.norm = nn.BatchNorm3d(4)
        self.fc = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.conv(x)))
        return self.fc(nn.functional.adaptive_avg_pool3d(x, 1).flatten(1))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 24)
        self.fc2 = nn.Linear(24, 24)
        self.fc3 = nn.Linear(24, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.fc1(x))
        return self.fc3(nn.functional.hardswish(self.fc2(x)) * x)


def transformer() -> nn.Module:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True)
    return nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)


def settled(model: nn.Module, batches: List[Tensor]) -> nn.Module:
    """Batch norms that have seen data, in evaluation mode."""
    for batch in batches:
        model(batch)
    return model.eval()


def qconfig_of(observers: str, engine: str) -> QConfig:
    """The observers by name; activations use half the range for all engines but QNNPACK."""
    if observers == "histogram":
        return get_default_qconfig(engine)
    weight = (
        observer.default_weight_observer
        if observers == "minmax"
        else observer.default_per_channel_weight_observer
    )
    activation = observer.MinMaxObserver.with_args(reduce_range=engine != "qnnpack")
    return QConfig(activation=activation, weight=weight)


def calibrate(model, batches: List[Tensor]) -> None:
    for batch in batches:
        model(batch)


def without(name: str) -> List[str]:
    """Layers that a further case leaves out."""
    return {"network": ["conv2", "fc"], "residual": ["conv1"], "mlp": ["fc2"]}.get(name, [])


def cases_of(module, batches: List[Tensor], engines: List[str], left_out: List[str]) -> List[dict]:
    cases = []
    before = torch.backends.quantized.engine
    for engine in engines:
        torch.backends.quantized.engine = engine
        for observers in ("minmax", "histogram", "perChannelMinMax"):
            for names in [[], left_out] if left_out else [[]]:
                config = {"": qconfig_of(observers, engine), **{name: None for name in names}}
                quantized = quantize_jit(module, config, calibrate, [batches])
                result = encode(quantized(batches[0]))
                case = {"engine": engine, "observers": observers, "without": names}
                cases.append({**case, "result": result})
    torch.backends.quantized.engine = before
    return cases


def main(folder: Path) -> None:
    torch.manual_seed(11)
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.backends.mha.set_fastpath_enabled(False)
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True)
    both = ["x86", "qnnpack"]
    models = {
        "network": (Network(), (4, 3, 12, 12), both),
        "residual": (Residual(), (4, 3, 13, 13), both),
        "signal": (Signal(), (4, 2, 20), both),
        "volume": (Volume(), (2, 1, 6, 6, 6), ["x86"]),
        "mlp": (Mlp(), (8, 16), both),
        "transformer": (transformer(), (2, 5, 16), ["x86"]),
    }
    manifest: Dict[str, dict] = {}
    for name, (model, shape, engines) in models.items():
        batches = [torch.randn(shape) * (i + 1) for i in range(3)]
        model = settled(model, batches)
        # PyTorch rounds the statistics of traced batch norms that it does not fold, by 8 bits for
        # all; of scripted ones, as here of all, it does not.
        ways = {}
        if name != "signal":
            ways[f"{name}-traced"] = torch.jit.trace(model, batches[0], check_trace=False)
        if name != "transformer":
            ways[name] = torch.jit.script(model)
        for file, module in ways.items():
            module.save(folder / f"{file}.pt")
            manifest[file] = {
                "file": f"{file}.pt",
                "batches": [encode(batch) for batch in batches],
                "cases": cases_of(module, batches, engines, without(name)),
            }
    (folder / "manifest.json").write_text(json.dumps(manifest))


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "quantization_static")
