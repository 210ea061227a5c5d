"""Modules for the lite interpreter, and what Python's own run of it gives, into FOLDER/mobile.

    python test/parity/generators/mobile.py FOLDER
"""

import json
import shutil
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.jit.mobile import (
    _backport_for_mobile,
    _get_mobile_model_contained_types,
    _get_model_bytecode_version,
    _get_model_ops_and_info,
    _load_for_lite_interpreter,
)
from torch.utils.bundled_inputs import bundle_inputs

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

from encode import encode  # noqa: E402
from formats import edit  # noqa: E402

Call = Tuple[str, list]


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 16)
        self.fc2 = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(torch.relu(self.fc1(x)))


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8 * 4 * 4, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.max_pool2d(torch.relu(self.norm(self.conv(x))), 2)
        return self.fc(x.flatten(1))


class Control(nn.Module):
    """Loops, branches, raises."""

    def forward(self, x: Tensor, times: int) -> Tensor:
        if times < 0:
            raise ValueError("times must not be negative")
        total = torch.zeros_like(x)
        while times > 0:
            for i in range(times):
                total += x * i if i % 2 == 0 else x - i
            times -= 2
        return total

    @torch.jit.export
    def fails(self, x: Tensor) -> Tensor:
        return x.matmul(x.new_zeros([7, 7]))


class Point(NamedTuple):
    name: str
    at: Tensor


class Values(nn.Module):
    """Several methods, values of most types, defaults, and attributes to read."""

    classes: List[str]

    def __init__(self):
        super().__init__()
        self.scale = 2.5
        self.classes = ["cat", "собака"]
        self.table = {"a": 1, "b": 2}
        self.register_buffer("offset", torch.tensor([0.5, -0.5]))

    def forward(self, x: Tensor, times: int = 2, names: Optional[List[str]] = None) -> Point:
        for _ in range(times):
            x = x * self.scale + self.offset
        return Point("none" if names is None else ",".join(names), x)

    @torch.jit.export
    def rows(self, rows: List[Tensor]) -> Dict[str, Tensor]:
        found: Dict[str, Tensor] = {}
        for i, row in enumerate(rows):
            if row.sum() > 0:
                found[self.classes[i % 2]] = row.flip(0)
        return found

    @torch.jit.export
    def mixed(self, flag: bool, number: float, pairs: Dict[int, str]) -> Tuple[Dict[int, float], List[Tuple[int, bool]], str]:
        by_number = {key: number * key for key in pairs.keys()}
        return by_number, [(key, flag) for key in pairs.keys()], "".join(pairs.values())

    @torch.jit.export
    def device_of(self, x: Tensor) -> Tuple[torch.device, int]:
        return x.device, len(self.table)


class Counting(nn.Module):
    """Assigns to itself."""

    total: int

    def __init__(self):
        super().__init__()
        self.total = 0
        self.weight = nn.Parameter(torch.ones(2))

    def forward(self, x: Tensor) -> Tensor:
        self.total += 1
        return x * self.weight + self.total

    @torch.jit.export
    def count(self) -> int:
        return self.total


class Remembering(nn.Module):
    """Changes a list that it holds."""

    seen: List[Tensor]

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(x)
        return torch.stack(self.seen).sum(0)


class Collecting(nn.Module):
    """Changes lists of its own only."""

    def forward(self, x: Tensor) -> List[Tensor]:
        parts: List[Tensor] = []
        for row in x:
            parts.append(row * 2)
        return parts


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 5, num_layers=2, batch_first=True)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        return self.lstm(x)


@torch.jit.interface
class Step(nn.Module):
    def step(self, x: Tensor) -> Tensor:
        pass


class Twice(nn.Module):
    def step(self, x: Tensor) -> Tensor:
        return x * 2


class Interfaced(nn.Module):
    """Calls through an interface, which bytecode cannot inline."""

    inner: Step

    def __init__(self):
        super().__init__()
        self.inner = Twice()

    def forward(self, x: Tensor) -> Tensor:
        return self.inner.step(x) + 1


IMAGE = torch.linspace(-1, 1, 2 * 3 * 8 * 8).reshape(2, 3, 8, 8)
SERIES = torch.linspace(-1, 1, 2 * 4 * 6).reshape(2, 4, 6)
VECTOR = torch.linspace(-2, 2, 2 * 16).reshape(2, 16)
ROW = torch.tensor([1.0, -2.0])

MODELS: Dict[str, Tuple[Any, List[Call]]] = {
    "mlp": (Mlp, [("forward", [VECTOR])]),
    "cnn": (Cnn, [("forward", [IMAGE])]),
    "control": (Control, [("forward", [ROW, 5]), ("forward", [ROW, 0])]),
    "values": (
        Values,
        [
            ("forward", [ROW]),
            ("forward", [ROW, 3, ["a", "б"]]),
            ("rows", [[ROW, -ROW, -ROW * 3]]),
            ("mixed", [True, 0.5, {3: "x", 4: "y"}]),
            ("device_of", [ROW]),
        ],
    ),
    "counting": (Counting, [("forward", [ROW]), ("forward", [ROW]), ("count", [])]),
    "remembering": (Remembering, [("forward", [ROW]), ("forward", [ROW])]),
    "collecting": (Collecting, [("forward", [VECTOR])]),
    "lstm": (Lstm, [("forward", [SERIES])]),
    "interfaced": (Interfaced, [("forward", [ROW])]),
}


def quantized() -> nn.Module:
    return torch.ao.quantization.quantize_dynamic(Mlp().eval(), {nn.Linear}, dtype=torch.qint8)


MODELS["quantized"] = (quantized, [("forward", [VECTOR])])


def script(name: str) -> torch.jit.ScriptModule:
    torch.manual_seed(zlib.crc32(name.encode()))
    return torch.jit.script(MODELS[name][0]().eval())


def run(file: Path, calls: List[Call]) -> List[dict]:
    module = _load_for_lite_interpreter(str(file))
    cases = []
    for method, args in calls:
        given = [encode(arg) for arg in args]
        with torch.no_grad():
            result = module.run_method(method, *args)
        cases.append({"method": method, "args": given, "result": encode(result)})
    return cases


def describe(file: Path, calls: List[Call]) -> dict:
    ops = _get_model_ops_and_info(str(file)) if file.suffix == ".ptl" else {}
    return {
        "file": file.name,
        "bytecode": _get_model_bytecode_version(str(file)),
        "operators": {name: info.num_schema_args for name, info in ops.items()},
        "types": sorted(_get_mobile_model_contained_types(str(file)))
        if file.suffix == ".ptl"
        else [],
        "cases": run(file, calls),
    }


def arguments(name: str) -> list:
    """What the models of the wheel take, by their names."""
    a, b = torch.tensor([1.0, 5.0, -7.0]), torch.tensor([2.0, 2.0, 2.0])
    if "script_module_v4" in name:
        return [3]
    if "scalar_scalar" in name:
        return [3.0, 2, 0.5, 7]
    if "tensor_out" in name:
        return [a, b, torch.zeros(3)]
    if "div_tensor" in name:
        return [a, b]
    return [a, 3 if "_int_" in name else 2.5]


def wheel(folder: Path) -> List[Path]:
    """Files that the wheel of PyTorch carries for its own tests: old bytecode, old operators."""
    source = Path(torch.__file__).parent / "bin"
    files = [source / "script_module_v4.ptl", *sorted((source / "upgrader_models").glob("*.pt*"))]
    return [Path(shutil.copy(file, folder / file.name)) for file in files if file.exists()]


def without_matmul(name: str, data: bytes) -> bytes:
    """Bytecode that asks for operators that nobody has."""
    if name != "bytecode.pkl":
        return data
    return data.replace(b"aten::matmul", b"aten::matmu0").replace(b"aten::new_zeros", b"aten::new_zero0")


def main(root: Path) -> None:
    warnings.simplefilter("ignore")
    folder = root / "mobile"
    folder.mkdir(parents=True, exist_ok=True)
    models = {}
    for name, (_, calls) in MODELS.items():
        file = folder / f"{name}.ptl"
        module = script(name)
        module._save_for_lite_interpreter(str(file), _extra_files={"labels.txt": "кот\ndog"})
        torch.jit.save(module, str(folder / f"{name}.pt"))
        models[name] = describe(file, calls)
    mlp, calls = folder / "mlp.ptl", MODELS["mlp"][1]
    for version in (7, 6, 5, 4):
        older = folder / f"mlp-v{version}.ptl"
        assert _backport_for_mobile(str(mlp), str(older), version)
        models[f"mlp-v{version}"] = describe(older, calls)
    bundled = bundle_inputs(script("mlp"), [(VECTOR[:1].clone(),), (torch.zeros(9, 16),)])
    bundled._save_for_lite_interpreter(str(folder / "bundled.ptl"))
    models["bundled"] = {
        **describe(folder / "bundled.ptl", calls),
        "bundledInputs": encode(bundled.get_all_bundled_inputs()),
    }
    edit(folder / "control.ptl", folder / "missing-operators.ptl", without_matmul)
    for file in wheel(folder):
        models[file.name] = describe(file, [("forward", arguments(file.name))])
    manifest = json.dumps({"models": models}, ensure_ascii=False, sort_keys=True)
    (folder / "manifest.json").write_text(manifest + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
