"""What PyTorch gives under autocast, and which operators its profiler sees: a scripted and a traced
module, and plain operators. Written into the folder that is named.
"""

import os
import sys

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile


class Mixed(nn.Module):
    """Operators of all of autocast's lists: lower precision, float32, and the widest of the inputs."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8, 6)

    def forward(self, x: Tensor):
        y = F.relu(self.norm(self.conv(x)))
        pooled = F.adaptive_avg_pool2d(y, [1, 1]).flatten(1)
        z = self.fc(pooled)
        both = torch.cat([z, pooled], 1)
        return z, torch.softmax(z, -1), torch.matmul(z, z.t()), both, torch.norm(z)


class Inner(nn.Module):
    """Turns autocast off for a part, as scripts may."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor):
        with torch.autocast("cpu", enabled=False):
            exact = self.fc(x.float())
        return exact, self.fc(x)


def operator_calls():
    a, b = torch.randn(5, 7), torch.randn(7, 4)
    image, kernel = torch.randn(1, 3, 8, 8), torch.randn(4, 3, 3, 3)
    yield "matmul", [a, b]
    yield "mm", [a, b]
    yield "addmm", [torch.randn(4), a, b]
    yield "bmm", [a[None], b[None]]
    yield "conv2d", [image, kernel]
    yield "softmax", [a, -1]
    yield "add", [a, a.bfloat16()]
    yield "cat", [[a, a.bfloat16()], 0]
    yield "mseLoss", [a, a + 1]
    yield "cumsum", [a, 0]
    yield "exp", [a]
    yield "matmul", [a.double(), b.double()]


FUNCTIONS = {"mseLoss": F.mse_loss}


def autocast_cases():
    cases = []
    for dtype in (torch.bfloat16, torch.float16):
        for name, args in operator_calls():
            with torch.autocast("cpu", dtype):
                out = FUNCTIONS.get(name) or getattr(torch, name)
                out = out(*args)
            cases.append({"dtype": str(dtype)[6:], "name": name, "args": args, "out": out})
    return cases


def module_cases(folder):
    cases = []
    x = torch.randn(2, 3, 8, 8)
    mixed, inner = Mixed().eval(), Inner().eval()
    modules = {
        "mixed-scripted": (torch.jit.script(mixed), x),
        "mixed-traced": (torch.jit.trace(mixed, x), x),
        "inner-scripted": (torch.jit.script(inner), torch.randn(3, 4)),
    }
    for name, (module, example) in modules.items():
        module.save(os.path.join(folder, name + ".pt"))
        for dtype in (torch.bfloat16, torch.float16):
            with torch.inference_mode(), torch.autocast("cpu", dtype), torch.jit.optimized_execution(False):
                out = list(module(example))
            cases.append({"dtype": str(dtype)[6:], "module": name, "input": example, "out": out})
    return cases


def counts(fn):
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        fn()
        with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as taken:
            fn()
    return {e.key: e.count for e in taken.key_averages() if e.key.startswith("aten::")}


def profiles(folder):
    cases = []
    for name in ("mixed-scripted", "mixed-traced"):
        module = torch.jit.load(os.path.join(folder, name + ".pt"))
        x = torch.randn(2, 3, 8, 8)
        cases.append({"module": name, "input": x, "counts": counts(lambda: module(x))})
    return cases


def main(folder):
    torch.manual_seed(0)
    modules = module_cases(folder)
    golden = {"operators": autocast_cases(), "modules": modules, "profiles": profiles(folder)}
    torch.save(golden, os.path.join(folder, "golden.pt"))


if __name__ == "__main__":
    main(sys.argv[1])
