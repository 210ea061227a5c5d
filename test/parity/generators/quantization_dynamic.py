"""Modules, what PyTorch's dynamic quantization of them gives, and modules that Python quantized, into
FOLDER/quantization.

    python test/parity/generators/quantization_dynamic.py FOLDER
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.ao.quantization import (
    default_dynamic_qconfig,
    float16_dynamic_qconfig,
    get_default_qconfig,
    get_default_qconfig_mapping,
    per_channel_dynamic_qconfig,
    quantize_dynamic,
)
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx
from torch.ao.quantization.quantize_jit import quantize_dynamic_jit, quantize_jit
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))

from encode import encode  # noqa: E402

QCONFIGS = {
    "perChannel": per_channel_dynamic_qconfig,
    "perTensor": default_dynamic_qconfig,
    "float16": float16_dynamic_qconfig,
}
KINDS = (nn.LSTM, nn.GRU, nn.LSTMCell, nn.GRUCell, nn.Linear)
FLOAT16_ENGINES = ("x86", "fbgemm")


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 40)
        self.fc2 = nn.Linear(40, 24, bias=False)
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(24, 5))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.fc2(torch.relu(self.fc1(x))))


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8 * 4 * 4, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.max_pool2d(torch.relu(self.norm(self.conv(x))), 2)
        return self.fc(x.flatten(1))


class Recurrent(nn.Module):
    """An LSTM or GRU, and a linear layer over its output."""

    def __init__(self, kind: str, **options):
        super().__init__()
        rnn = {"lstm": nn.LSTM, "gru": nn.GRU}[kind]
        self.rnn = rnn(6, 10, **options)
        self.fc = nn.Linear(20 if options.get("bidirectional") else 10, 3)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        y = self.rnn(x)[0]
        return self.fc(y), y


class WithState(nn.Module):
    """An LSTM that is given its states, and gives them back."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(6, 10, num_layers=2)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        y, (h, c) = self.rnn(x, (h, c))
        return y, h, c


class Packed(nn.Module):
    """An LSTM over sequences of several lengths."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(6, 10, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0]


class Cells(nn.Module):
    """Cells, driven by hand."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTMCell(6, 10)
        self.gru = nn.GRUCell(6, 10)
        self.fc = nn.Linear(10, 3)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        h = torch.zeros(x.size(1), 10)
        c = torch.zeros(x.size(1), 10)
        for step in range(x.size(0)):
            h, c = self.lstm(x[step], (h, c))
            h = self.gru(x[step], h)
        return self.fc(h), c


class SharedConvolution(nn.Module):
    """A convolution and a batch norm that are used from several places."""

    def __init__(self, way: str):
        super().__init__()
        self.way = way
        self.conv = nn.Conv2d(3, 3, 1)
        self.norm = nn.BatchNorm2d(3)
        self.other = nn.BatchNorm2d(3)

    def forward(self, x: Tensor) -> Tensor:
        if self.way == "two norms":
            return self.other(self.conv(self.norm(self.conv(x))))
        if self.way == "one norm":
            return self.norm(self.norm(self.conv(x)))
        return self.norm(self.conv(x)) + self.conv(x * 2)


def transformer() -> nn.Module:
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


def scripted(model: nn.Module, inputs: tuple):
    return torch.jit.script(model)


def traced(model: nn.Module, inputs: tuple):
    return torch.jit.trace(model, inputs)


def engines_of(name: str) -> List[str]:
    wanted = FLOAT16_ENGINES if name == "float16" else ("x86", "fbgemm", "onednn", "qnnpack")
    return [engine for engine in wanted if engine in torch.backends.quantized.supported_engines]


def with_engine(engine: str, make: Callable):
    previous = torch.backends.quantized.engine
    torch.backends.quantized.engine = engine
    try:
        return make()
    finally:
        torch.backends.quantized.engine = previous


def prepared(model: nn.Module) -> nn.Module:
    """In evaluation mode, with statistics of batch norms that are not those of the start."""
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.uniform_(norm.running_mean, -0.5, 0.5)
            nn.init.uniform_(norm.running_var, 0.5, 2)
            nn.init.uniform_(norm.weight, 0.5, 2)
    return model.eval()


def by_passes(folder: Path, name: str, model: nn.Module, inputs: tuple, compile) -> dict:
    """What `quantize_dynamic_jit` gives."""
    script = compile(prepared(model), inputs)
    script.save(folder / f"{name}.pt")
    cases = []
    for config, qconfig in QCONFIGS.items():
        for engine in engines_of(config):

            def run():
                return quantize_dynamic_jit(script, {"": qconfig})(*inputs)

            cases.append({"engine": engine, "config": config, "result": encode(with_engine(engine, run))})
    return {"file": f"{name}.pt", "args": [encode(x) for x in inputs], "cases": cases}


def eagerly(folder: Path, name: str, model: nn.Module, inputs: tuple, compile=scripted) -> dict:
    """What `quantize_dynamic` gives, which also does LSTM and GRU."""
    model = prepared(model)
    compile(model, inputs).save(folder / f"{name}.pt")
    cases = []
    for config, qconfig in QCONFIGS.items():
        for engine in engines_of(config):

            def run():
                kinds = {kind: qconfig for kind in KINDS}
                dtype = torch.float16 if config == "float16" else torch.qint8
                return quantize_dynamic(model, kinds, dtype=dtype)(*inputs)

            cases.append({"engine": engine, "config": config, "result": encode(with_engine(engine, run))})
    return {"file": f"{name}.pt", "args": [encode(x) for x in inputs], "cases": cases}


def shared(folder: Path, image: Tensor) -> Dict[str, dict]:
    """Modules whose batch norms cannot be folded."""
    found = {}
    for way in ("two norms", "one norm", "conv alone"):
        for compile in (scripted, traced):
            name = f"shared-{way.replace(' ', '-')}-{compile.__name__}"
            model = prepared(SharedConvolution(way))
            compile(model, (image,)).save(folder / f"{name}.pt")
            found[name] = {"args": [encode(image)], "result": encode(model(image))}
    return found


def of_python(folder: Path) -> Dict[str, dict]:
    """Modules that Python quantized, each by another of its ways, and their outputs."""
    x = torch.randn(2, 3, 8, 8)
    row = torch.randn(3, 16)
    steps = torch.randn(5, 2, 6)
    cnn, mlp, lstm = prepared(Cnn()), prepared(Mlp()), prepared(Recurrent("lstm"))
    fx = prepare_fx(Cnn().eval(), get_default_qconfig_mapping("x86"), (x,))
    fx(x)
    config = {"": get_default_qconfig("x86")}
    made = {
        "python-eager": (torch.jit.script(quantize_dynamic(lstm, {nn.LSTM, nn.Linear})), steps),
        "python-eager-float16": (
            torch.jit.script(quantize_dynamic(mlp, {nn.Linear}, dtype=torch.float16)),
            row,
        ),
        "python-fx": (torch.jit.script(convert_fx(fx)), x),
        "python-dynamic-jit": (
            quantize_dynamic_jit(torch.jit.script(mlp), {"": per_channel_dynamic_qconfig}),
            row,
        ),
        "python-static-jit": (
            quantize_jit(torch.jit.script(cnn), config, lambda model, data: model(data), [x]),
            x,
        ),
    }
    found = {}
    for name, (module, given) in made.items():
        module.save(folder / f"{name}.pt")
        module._save_for_lite_interpreter(str(folder / f"{name}.ptl"))
        found[name] = {"args": [encode(given)], "result": encode(module(given))}
    return found


def main(folder: Path) -> None:
    torch.manual_seed(5)
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.backends.mha.set_fastpath_enabled(False)
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True)
    row, image, steps = torch.randn(3, 16), torch.randn(2, 3, 8, 8), torch.randn(5, 2, 6)
    states = (steps, torch.randn(2, 2, 10), torch.randn(2, 2, 10))
    jit = {
        "mlp": (Mlp(), (row,), scripted),
        "mlp-traced": (Mlp(), (row,), traced),
        "cnn": (Cnn(), (image,), scripted),
        "cnn-traced": (Cnn(), (image,), traced),
        "lstm-head": (Recurrent("lstm"), (steps,), scripted),
        "transformer": (transformer(), (torch.randn(2, 7, 16),), traced),
    }
    both = {"num_layers": 2, "bidirectional": True, "batch_first": True}
    eager = {
        "lstm": (Recurrent("lstm"), (steps,)),
        "lstm-deep": (Recurrent("lstm", **both), (steps,)),
        "lstm-state": (WithState(), states),
        "lstm-packed": (Packed(), (torch.randn(3, 5, 6), torch.tensor([3, 5, 2]))),
        "cells": (Cells(), (steps,)),
        "gru": (Recurrent("gru"), (steps,)),
        "gru-deep": (Recurrent("gru", **both), (steps,)),
    }
    manifest = {
        "jit": {name: by_passes(folder, name, *made) for name, made in jit.items()},
        "eager": {name: eagerly(folder, name, *made) for name, made in eager.items()},
        "python": of_python(folder),
        "shared": shared(folder, image),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "quantization")
