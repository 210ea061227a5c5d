"""Quantization-aware training in Python, of what LibTorch's observer pass makes of a module.

    python test/parity/generators/qat.py train MODEL SHAPE
    python test/parity/generators/qat.py modules
    python test/parity/generators/qat.py check SAVED SHAPE

For each engine losses, gradients, ranges and outputs of 10 steps with PyTorch's FakeQuantize modules, and what the
converted module gives; FakeQuantize modules alone; logits and gradients of a module Node saved.
"""

import json
import sys
import warnings

import torch
import torch.nn.functional as F
from torch.ao import quantization
from torch.ao.quantization.quantize_jit import script_qconfig
from torch.jit._recursive import wrap_cpp_module

PASSES = torch._C
ENGINES = ["x86", "fbgemm", "onednn", "qnnpack"]


def numbers(*shape: int) -> torch.Tensor:
    count = torch.Size(shape).numel()
    return torch.arange(count, dtype=torch.float32).reshape(shape).mul(0.37).sin().add(1).div(2)


def shape_of(text: str):
    return [int(size) for size in text.split("x")]


def qconfig_of(engine: str):
    """Of oneDNN, whose kernels overflow as those of x86 do without VNNI, that of x86."""
    return quantization.get_default_qat_qconfig(engine.replace("onednn", "x86"), version=0)


def prepare(path: str, engine: str):
    model = torch.jit.load(path).eval()
    with torch.no_grad():
        module = PASSES._jit_pass_fold_convbn(model._c)
    scripted = script_qconfig(qconfig_of(engine))
    static = quantization.QuantType.STATIC
    module = PASSES._jit_pass_insert_observers(module, "forward", {"": scripted}, True, static)
    prepared = wrap_cpp_module(module)
    for parameter in prepared.parameters():
        parameter.requires_grad_(True)
    return prepared


def fake_quantize_modules(model):
    return [module for module in model.modules() if hasattr(module, "observer_enabled")]


def convert(model, x):
    static = quantization.QuantType.STATIC
    module = PASSES._jit_pass_insert_quant_dequant(model._c, "forward", True, False, static)
    module = PASSES._jit_pass_quant_finalize(module, static, [])
    return wrap_cpp_module(module)(x)


def train(engine: str, path: str, shape: str) -> dict:
    model = prepare(path, engine)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    x = numbers(*shape_of(shape))
    losses, gradients, learning = [], [], []
    for _ in range(10):
        optimizer.zero_grad()
        y = model(x)
        loss = F.cross_entropy(y, torch.arange(len(y)) % y.size(1))
        loss.backward()
        # Folded batch norms are still there, and nothing reads them.
        learning = [p for p in model.parameters() if p.grad is not None]
        gradients = [p.grad.flatten().tolist() for p in learning]
        optimizer.step()
        losses.append(loss.item())
    with torch.no_grad():
        model(x)
        for module in fake_quantize_modules(model):
            module.observer_enabled[0] = 0
        fake = model(x)
        ranges = [[m.scale.tolist(), m.zero_point.tolist()] for m in fake_quantize_modules(model)]
        weights = [p.flatten().tolist() for p in learning]
        torch.backends.quantized.engine = engine
        converted = convert(model, x)
    return {
        "losses": losses,
        "gradients": gradients,
        "weights": weights,
        "ranges": ranges,
        "fake": fake.flatten().tolist(),
        "converted": converted.flatten().tolist(),
    }


def modules(engine: str) -> dict:
    """What PyTorch's FakeQuantize modules, not scripted, give and let through: two layers by hand."""
    qconfig = qconfig_of(engine)
    enters, leaves = qconfig.activation(), qconfig.activation()
    w, b = numbers(3, 4).sub(0.5).requires_grad_(), numbers(3).requires_grad_()
    fake_weight = qconfig.weight()
    optimizer = torch.optim.SGD([w, b], lr=0.05)
    steps = []
    for step in range(4):
        # The ranges move slowly, so that later steps clip at both ends.
        x = (numbers(5, 4).sub(0.5) * (1 + step)).requires_grad_()
        y = leaves(F.linear(enters(x), fake_weight(w), b))
        optimizer.zero_grad()
        y.square().sum().backward()
        steps.append([t.flatten().tolist() for t in (y, x.grad, w.grad, b.grad)])
        optimizer.step()
    return {"steps": steps}


def check(path: str, shape: str) -> dict:
    model = torch.jit.load(path)
    x = numbers(*shape_of(shape))
    y = model(x)
    y.square().sum().backward()
    return {
        "training": model.training,
        "output": y.flatten().tolist(),
        "gradients": [p.grad.flatten().tolist() for p in model.parameters()],
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    command, *arguments = sys.argv[1:]
    if command == "check":
        result = check(*arguments)
    else:
        run = {"train": train, "modules": modules}[command]
        result = {engine: run(engine, *arguments) for engine in ENGINES}
    print(json.dumps(result))
