"""Modules before pruning, and what torch.nn.utils.prune makes of them: FOLDER gets NAME.pt for each,
traced-pruned.pt, which was pruned before it was traced, and cases.json.

    pruning.py FOLDER
"""

import json
import math
import sys
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils import prune

sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures"))

from encode import encode_tensor  # noqa: E402

warnings.simplefilter("ignore")
folder = Path(sys.argv[1])


class Twins(nn.Module):
    """Two layers of one class, one of which is called twice; one reads the other's weight."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 6)
        self.b = nn.Linear(6, 6)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.a(self.b(self.a(x)))
        return torch.nn.functional.linear(x, self.a.weight)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.lstm(x)[0]


def mlp():
    return nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 4)), torch.randn(3, 8)


def cnn():
    layers = [nn.Conv2d(2, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 5, 2, bias=False)]
    return nn.Sequential(*layers).eval(), torch.randn(2, 2, 6, 6)


def ties():
    """Few values, so that many weights are equally small."""
    model = nn.Sequential(nn.Linear(9, 7), nn.Linear(7, 5))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((parameter * 8).round() / 4)
    return model, torch.randn(2, 9)


MODELS = {
    "mlp": mlp,
    "cnn": cnn,
    "ties": ties,
    "twins": lambda: (Twins(), torch.randn(2, 6)),
    "recurrent": lambda: (Recurrent(), torch.randn(5, 1, 3)),
}


def split(model, name):
    path, _, parameter = name.rpartition(".")
    return model.get_submodule(path), parameter


def l1(model, names, amount):
    prune.l1_unstructured(*split(model, names[0]), amount)


def random(model, names, amount):
    prune.random_unstructured(*split(model, names[0]), amount)


def ln(model, names, amount, n, dim):
    n = {"Infinity": math.inf, "-Infinity": -math.inf}.get(n, n)
    prune.ln_structured(*split(model, names[0]), amount, n, dim)


def random_structured(model, names, amount, dim):
    prune.random_structured(*split(model, names[0]), amount, dim)


def globally(model, names, amount, method="l1Unstructured"):
    kinds = {"l1Unstructured": prune.L1Unstructured, "randomUnstructured": prune.RandomUnstructured}
    prune.global_unstructured([split(model, name) for name in names], kinds[method], amount=amount)


def remove(model, names):
    prune.remove(*split(model, names[0]))


STEPS = {
    "l1Unstructured": l1,
    "randomUnstructured": random,
    "lnStructured": ln,
    "randomStructured": random_structured,
    "globalUnstructured": globally,
    "remove": remove,
}


def step(op, *names, **options):
    return {"op": op, "names": list(names), "options": options}


def cases():
    for model in ("mlp", "ties"):
        for amount in (0.0, 0.3, 0.5, 5, 0.999, 0):
            yield model, [step("l1Unstructured", "0.weight", amount=amount)]
            yield model, [step("randomUnstructured", "0.weight", amount=amount)]
        both = ("0.weight", "0.bias") if model == "ties" else ("0.weight", "2.weight")
        for method in ("l1Unstructured", "randomUnstructured"):
            once = step("globalUnstructured", *both, amount=0.4, method=method)
            yield model, [once]
            yield model, [once, step("globalUnstructured", *both, amount=7, method=method)]
            yield model, [step("l1Unstructured", both[0], amount=0.5), once]
    yield "mlp", [step("l1Unstructured", "0.bias", amount=2)]
    for amount in (0.25, 1, 0.5):
        twice = step("l1Unstructured", "0.weight", amount=amount)
        yield "ties", [twice, twice, twice]
    for n in (1, 2, 3, 0.5, "Infinity", "-Infinity", 0):
        for dim in (0, 1, -1, 3):
            yield "cnn", [step("lnStructured", "0.weight", amount=0.34, n=n, dim=dim)]
    for n in ("fro", 2, 1):
        for dim in (0, 1, -2):
            yield "ties", [step("lnStructured", "0.weight", amount=2, n=n, dim=dim)]
    for dim in (0, 1, -1):
        yield "cnn", [step("randomStructured", "3.weight", amount=0.5, dim=dim)]
        yield "ties", [step("randomStructured", "0.weight", amount=1, dim=dim)] * 2
    yield "cnn", [
        step("lnStructured", "0.weight", amount=2, n=2, dim=0),
        step("lnStructured", "0.weight", amount=1, n=1, dim=0),
        step("lnStructured", "0.weight", amount=1, n=2, dim=1),
        step("l1Unstructured", "0.weight", amount=0.1),
        step("randomUnstructured", "0.weight", amount=3),
    ]
    yield "cnn", [
        step("l1Unstructured", "0.weight", amount=0.5),
        step("lnStructured", "0.weight", amount=0.5, n=2, dim=0),
        step("remove", "0.weight"),
        step("l1Unstructured", "0.weight", amount=0.5),
    ]
    yield "cnn", [step("lnStructured", "0.weight", amount=0, n=2, dim=0)]
    yield "twins", [step("l1Unstructured", "a.weight", amount=0.5)]
    yield "twins", [step("l1Unstructured", f"{name}.weight", amount=0.5) for name in "ab"]
    yield "recurrent", [step("l1Unstructured", "lstm.weight_ih_l0", amount=0.5)]
    yield "recurrent", [
        step("l1Unstructured", "lstm.weight_ih_l0", amount=0.5),
        step("l1Unstructured", "lstm.weight_hh_l0", amount=0.5),
        step("remove", "lstm.weight_ih_l0"),
    ]
    # Python refuses these.
    yield "mlp", [step("l1Unstructured", "0.weight", amount=1.5)]
    yield "mlp", [step("l1Unstructured", "0.weight", amount=-1)]
    yield "mlp", [step("l1Unstructured", "0.weight", amount=-0.5)]
    yield "mlp", [step("l1Unstructured", "0.weight", amount=1000)]
    yield "mlp", [step("lnStructured", "0.bias", amount=1, n=2, dim=0)]
    yield "mlp", [step("lnStructured", "0.weight", amount=1, n=2, dim=2)]
    yield "mlp", [step("randomStructured", "0.weight", amount=7, dim=0)]
    yield "mlp", [step("remove", "0.weight")]
    yield "ties", [step("l1Unstructured", "0.weight", amount=40)] * 2


def named(pairs):
    return [[name, encode_tensor(tensor)] for name, tensor in pairs]


def run(name, steps):
    torch.manual_seed(1)
    model, x = MODELS[name]()
    torch.manual_seed(7)
    try:
        for entry in steps:
            STEPS[entry["op"]](model, entry["names"], **entry["options"])
    except Exception as error:
        return {"error": type(error).__name__}
    output = model(x)
    output.sum().backward()
    result = {
        "stateDict": named(model.state_dict().items()),
        "output": encode_tensor(output),
        "gradients": named((name, parameter.grad) for name, parameter in model.named_parameters()),
        "isPruned": prune.is_pruned(model),
    }
    return result


def main():
    inputs = {}
    for name, make in MODELS.items():
        torch.manual_seed(1)
        model, x = make()
        torch.jit.script(model).save(str(folder / f"{name}.pt"))
        torch.jit.trace(model, x).save(str(folder / f"{name}-traced.pt"))
        inputs[name] = encode_tensor(x)
    torch.manual_seed(1)
    model, x = mlp()
    prune.l1_unstructured(model[0], "weight", 0.5)
    torch.jit.trace(model, x).save(str(folder / "traced-pruned.pt"))
    found = [{"model": name, "steps": steps, **run(name, steps)} for name, steps in cases()]
    (folder / "cases.json").write_text(json.dumps({"inputs": inputs, "cases": found}))


main()
