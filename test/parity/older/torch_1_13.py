"""Modules and state dicts that PyTorch 1.13 writes, with what it computes, for `torch-1.13.test.ts`.

    python test/parity/older/torch_1_13.py FOLDER

`scripts/lib/older-fixtures.mjs` runs it with Debian 12's python3-torch.
"""

import json
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.jit.mobile import _backport_for_mobile
from torch.utils.bundled_inputs import bundle_inputs

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

from encode import encode, encode_tensor  # noqa: E402


class Cnn(nn.Module):
    """Convolution, batch norm, pooling, linear."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(2)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(8 * 4 * 4, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(torch.relu(self.norm(self.conv(x))))
        return self.fc(self.dropout(x.flatten(1)))


class Lstm(nn.Module):
    """Two layers, both directions, and the state that comes out."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 5, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        return self.lstm(x)


class Point(NamedTuple):
    name: str
    at: Tensor


class Values(nn.Module):
    """Control flow, methods, and values of most types."""

    def __init__(self):
        super().__init__()
        self.scale = 2.5
        self.register_buffer("offset", torch.tensor([0.5, -0.5]))

    def forward(self, x: Tensor, times: int = 2, names: Optional[List[str]] = None) -> Point:
        for _ in range(times):
            x = x * self.scale + self.offset
        return Point("none" if names is None else ",".join(names), x)

    @torch.jit.export
    def table(self, rows: List[Tensor]) -> Dict[str, Tensor]:
        found: Dict[str, Tensor] = {}
        for i, row in enumerate(rows):
            if row.sum() > 0:
                found[str(i)] = row.flip(0)
        return found


class Static(nn.Module):
    """A convolution and a linear layer to quantize with calibration."""

    def __init__(self):
        super().__init__()
        self.quant = torch.ao.quantization.QuantStub()
        self.conv = nn.Conv2d(3, 4, 3)
        self.relu = nn.ReLU()
        self.fc = nn.Linear(4 * 6 * 6, 3)
        self.dequant = torch.ao.quantization.DeQuantStub()

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.conv(self.quant(x))).flatten(1)
        return self.dequant(self.fc(x))


IMAGE = torch.linspace(-1, 1, 2 * 3 * 8 * 8).reshape(2, 3, 8, 8)
SERIES = torch.linspace(-1, 1, 2 * 4 * 6).reshape(2, 4, 6)
ROW = torch.tensor([1.0, -2.0])


def trained(make: Any) -> nn.Module:
    """With statistics that are not those of a new batch norm."""
    torch.manual_seed(len(make.__name__))
    module = make()
    if make is Cnn:
        with torch.no_grad():
            for _ in range(3):
                module(torch.randn(4, 3, 8, 8) * 2 + 1)
    return module.eval()


def dynamic(module: nn.Module) -> nn.Module:
    return torch.ao.quantization.quantize_dynamic(module, {nn.Linear, nn.LSTM}, dtype=torch.qint8)


def static() -> nn.Module:
    module = trained(Static)
    module.qconfig = torch.ao.quantization.get_default_qconfig("qnnpack")
    module = torch.ao.quantization.fuse_modules(module, [["conv", "relu"]])
    prepared = torch.ao.quantization.prepare(module)
    for seed in range(4):
        torch.manual_seed(seed)
        prepared(torch.randn(8, 3, 8, 8))
    prepared(IMAGE)
    return torch.ao.quantization.convert(prepared)


def record(script: torch.jit.ScriptModule, method: str, args: List[Any]) -> Dict[str, Any]:
    with torch.no_grad():
        result = getattr(script, method)(*args)
    return {"method": method, "args": [encode(arg) for arg in args], "result": encode(result)}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.backends.quantized.engine = "qnnpack"
    cnn, lstm, values = trained(Cnn), trained(Lstm), trained(Values)
    scripted = torch.jit.script(cnn)
    image, series = [("forward", [IMAGE])], [("forward", [SERIES])]
    calls = [
        ("forward", [ROW]),
        ("forward", [ROW, 3, ["a", "б"]]),
        ("table", [[ROW, -ROW, -ROW * 3]]),
    ]
    made = {
        "scripted": (scripted, image),
        "traced": (torch.jit.trace(cnn, IMAGE), image),
        "frozen": (torch.jit.freeze(scripted), image),
        "lstm": (torch.jit.script(lstm), series),
        "values": (torch.jit.script(values), calls),
        "extra-files": (scripted, image),
        "quantized-dynamic": (torch.jit.script(dynamic(trained(Cnn))), image),
        "quantized-lstm": (torch.jit.script(dynamic(trained(Lstm))), series),
        "quantized-static": (torch.jit.script(static()), image),
    }
    modules = {}
    for name, (script, cases) in made.items():
        extra = {"labels.txt": "кот\ndog", "blob.bin": bytes(range(256))}
        extra = extra if name == "extra-files" else {}
        torch.jit.save(script, str(folder / f"{name}.pt"), _extra_files=extra)
        script._save_for_lite_interpreter(str(folder / f"{name}.ptl"), _extra_files=extra)
        modules[name] = {
            "file": f"{name}.pt",
            "cases": [record(script, method, args) for method, args in cases],
            "parameters": sum(p.numel() for p in script.parameters()),
        }
    for version in range(4, 8):
        older = folder / f"scripted-v{version}.ptl"
        assert _backport_for_mobile(str(folder / "scripted.ptl"), str(older), version)
    bundled = bundle_inputs(scripted, [(IMAGE[:1, :1, :2, :2].clone(),)])
    bundled._save_for_lite_interpreter(str(folder / "bundled.ptl"))
    torch.save(cnn.state_dict(), folder / "state-dict.pth")
    legacy = folder / "state-dict-legacy.pth"
    torch.save(cnn.state_dict(), legacy, _use_new_zipfile_serialization=False)
    state = {name: encode_tensor(tensor) for name, tensor in cnn.state_dict().items()}
    manifest = {"torch": torch.__version__, "modules": modules, "stateDict": state}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
