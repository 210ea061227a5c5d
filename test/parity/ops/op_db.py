"""
Writes what PyTorch's own operator database makes of its samples:

    python3 op_db.py FOLDER

`functions.jsonl`: entries whose function is C++; `python.jsonl`: functions that need Python;
`aten.jsonl`: every ATen call that all entries make; `refused.json`: samples left out, by reason.
"""

import collections
import contextlib
import inspect
import itertools
import json
import os
import random
import sys
import types
import warnings

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes

from archive import Archive, Refused
from cases import CASES

SAMPLES = 20
SEED = 20
DTYPES = [torch.float32, torch.int64, torch.bool, torch.bfloat16, torch.complex64]

# The ATen calls of other dtypes than the first are much alike: fewer samples.
SAMPLES_OF_OTHERS = 8

# Entries whose function calls a method, by the method's name.
METHODS = {
    name.rstrip("_"): name
    for name in (
        "contiguous expand expand_as new_empty new_empty_strided new_full new_ones new_zeros repeat "
        "reshape_as resize_ resize_as_ sum_to_size unfold view view_as zero_ item bfloat16 bool "
        "byte char double float half int long short T H mT mH cauchy_ exponential_ geometric_ "
        "log_normal_ uniform_"
    ).split()
}
# Entries whose function seeds first, then calls a function of the same name.
SEEDED = "multinomial bernoulli normal randn_like rand_like randint_like".split()
# Parameters of functions that hide them behind others of Python's.
MAX_POOL = ["input", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"]
PARAMETERS = {
    "lu": ["A", "pivot", "get_infos"],
    **{f"max_pool{n}d": MAX_POOL for n in (1, 2, 3)},
    **{f"adaptive_max_pool{n}d": ["input", "output_size", "return_indices"] for n in (1, 2, 3)},
}
MODULES = ["linalg", "fft", "special"]


def target_of(entry):
    """What the JavaScript calls: kind and name; None for what is not a function of PyTorch's own."""
    function = entry.op
    if isinstance(function, torch._ops.OpOverload):
        return "ops", function.name()
    if isinstance(function, torch._ops.OpOverloadPacket):
        return "ops", function._qualified_op_name
    if not isinstance(function, types.BuiltinFunctionType):
        return None
    name = function.__name__
    if getattr(torch._C._nn, name, None) is function:
        return "nn.functional", "logsigmoid" if name == "log_sigmoid" else name
    for module in MODULES:
        if name.startswith(module + "_"):
            return module, name.removeprefix(module + "_")
    if name.startswith("_") or not hasattr(torch, name):
        return "ops", "aten::" + entry.name.split(".")[-1]
    return "torch", name


def samples_of(entry, dtype, count=SAMPLES):
    torch.manual_seed(SEED)
    random.seed(SEED)
    samples = entry.sample_inputs("cpu", dtype, requires_grad=False)
    return itertools.islice(samples, count)


def is_unwritten(name):
    """Whether results hold whatever their memory held, or do in part."""
    return "empty" in name or "resize" in name or "_ctc_loss" in name


class Recorder:
    def __init__(self, archive):
        self.archive = archive
        self.refused = collections.Counter()
        self.counts = collections.Counter()

    def record(self, file, head, function, args, kwargs):
        """Calls, and writes arguments from before and results from after."""
        groups = {}
        try:
            line = {
                **head,
                "args": [self.archive.encode(arg, groups) for arg in args],
                "kwargs": {k: self.archive.encode(v, groups) for k, v in kwargs.items()},
            }
        except Refused as reason:
            self.refused[f"{file}: {reason}"] += 1
            return
        torch.manual_seed(SEED)
        try:
            result = function(*args, **kwargs)
            line["out"] = self.archive.encode(result, {})
        except Refused as reason:
            self.refused[f"{file}: returns {reason}"] += 1
            return
        except Exception as error:  # what PyTorch refuses is no sample
            self.refused[f"{file}: raises {type(error).__name__}"] += 1
            return
        self.archive.write(file, line)
        self.counts[file] += 1


def without_grad(kwargs):
    return {k: v for k, v in kwargs.items() if k not in ("requires_grad", "pin_memory")}


def functions(recorder):
    for entry in op_db:
        target = target_of(entry)
        if target is None:
            continue
        kind, name = target
        for dtype in DTYPES:
            if dtype not in entry.supported_dtypes("cpu"):
                continue
            for sample in samples_of(entry, dtype):
                head = {
                    "entry": entry.full_name,
                    "dtype": str(dtype).removeprefix("torch."),
                    "kind": kind,
                    "name": name,
                    "unwritten": is_unwritten(name),
                }
                args = [sample.input, *sample.args]
                recorder.record("functions", head, entry.op, args, without_grad(sample.kwargs))


def bound(name, function, args, kwargs):
    """Arguments by name, and which of them have no default."""
    if name in PARAMETERS:
        required = PARAMETERS[name][: 1 if name == "lu" else 2]
        return {**dict(zip(PARAMETERS[name], args)), **kwargs}, required
    if not isinstance(function, types.FunctionType):
        return None
    parameters = inspect.signature(function).parameters
    if any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
        return None
    arguments = inspect.signature(function).bind(*args, **kwargs).arguments
    required = [n for n, p in parameters.items() if p.default is p.empty and n in arguments]
    return arguments, required


def method(name):
    def call(self, *args, **kwargs):
        member = getattr(self, name)
        return member(*args, **kwargs) if callable(member) else member

    return call


def python_call(entry):
    """Kind, name, function and order of the arguments, of what needs Python; else None."""
    function, name = entry.op, entry.name.split(".")[-1]
    module = getattr(function, "__module__", "")
    same = lambda *args: args  # noqa: E731
    if module == "torch.functional" and isinstance(function, types.FunctionType):
        return "torch", name, function, same
    if module == "torch.nn.functional" and isinstance(function, types.FunctionType):
        return "nn.functional", name, function, same
    if entry.name == "__getitem__":
        return "method", "index", lambda x, index: x[tuple(index)], as_index
    if not module.startswith("torch.testing"):
        return None
    if entry.name.startswith("nn.functional."):
        # The database has the table first, where the function has it second.
        order = (lambda table, ids, *args: (ids, table, *args)) if "embedding" in name else same
        return "nn.functional", name, getattr(torch.nn.functional, name), order
    if name == "einsum":
        return "torch", name, torch.einsum, lambda tensors, equation: (equation, *tensors)
    if name == "where":
        return "torch", name, torch.where, lambda x, condition, *other: (condition, x, *other)
    if name == "polygamma":
        kind = "special" if "special" in entry.name else "torch"
        return kind, name, torch.polygamma, lambda x, n: (n, x)
    if name in METHODS:
        return "method", METHODS[name], method(METHODS[name]), same
    if name in SEEDED:
        return "torch", name, getattr(torch, name), same
    return None


def as_index(tensor, index):
    return tensor, list(index) if isinstance(index, tuple) else [index]


def python_samples():
    for entry in op_db:
        found = python_call(entry)
        if found is None:
            continue
        kind, name, function, order = found
        for dtype in DTYPES:
            if dtype not in entry.supported_dtypes("cpu"):
                continue
            for sample in samples_of(entry, dtype):
                args = order(sample.input, *sample.args)
                yield kind, name, function, list(args), without_grad(sample.kwargs)


def python_functions(recorder):
    """Entries that need Python, and cases of our own."""
    for kind, name, function, args, kwargs in itertools.chain(python_samples(), CASES):
        unwritten = is_unwritten(name)
        head = {"entry": f"{kind}.{name}", "kind": kind, "name": name, "unwritten": unwritten}
        by_name = None if kind == "method" else bound(name, function, args, kwargs)
        call = function
        if by_name is not None:
            arguments, required = by_name
            args = [arguments[name] for name in required]
            kwargs = {k: v for k, v in arguments.items() if k not in required}
            call = lambda *a, **k: function(*a, **k)  # noqa: B023, E731
        recorder.record("python", head, call, args, without_grad(kwargs))


@contextlib.contextmanager
def as_outside():
    """Conjugate and negated views count in a mode's handler only when told to."""
    keys = [torch._C.DispatchKey.Conjugate, torch._C.DispatchKey.Negative]
    with _disable_current_modes():
        for key in keys:
            torch._C._dispatch_tls_set_dispatch_key_excluded(key, False)
        try:
            yield
        finally:
            for key in keys:
                torch._C._dispatch_tls_set_dispatch_key_excluded(key, True)


class Calls(TorchDispatchMode):
    """Records every call below autograd."""

    def __init__(self, recorder):
        super().__init__()
        self.recorder = recorder
        self.entry = ""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = []

        def call(*a, **k):
            result.append(function(*a, **k))
            return result[0]

        head = {
            "entry": self.entry,
            "kind": "ops",
            "name": function.name(),
            "unwritten": is_unwritten(function.name()),
        }
        # Custom operators that PyTorch's own Python code registers are in no LibTorch.
        if function.namespace == "aten":
            with as_outside():
                self.recorder.record("aten", head, call, args, kwargs or {})
        return result[0] if result else function(*args, **(kwargs or {}))


def aten_calls(recorder):
    mode = Calls(recorder)
    for entry in op_db:
        dtypes = [dtype for dtype in DTYPES if dtype in entry.supported_dtypes("cpu")]
        mode.entry = entry.full_name
        for dtype in dtypes:
            count = SAMPLES if dtype is dtypes[0] else SAMPLES_OF_OTHERS
            for sample in samples_of(entry, dtype, count):
                try:
                    with mode:
                        entry.op(sample.input, *sample.args, **sample.kwargs)
                except Exception:  # samples that need other hardware or packages
                    recorder.refused["aten: the entry itself fails"] += 1


def main(folder):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    archive = Archive(folder)
    recorder = Recorder(archive)
    for part in (functions, python_functions, aten_calls):
        part(recorder)
    archive.close()
    with open(os.path.join(folder, "refused.json"), "w") as file:
        json.dump({"counts": recorder.counts, "refused": recorder.refused}, file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1])
