"""Checkpoints of every format and what they hold, for the parity tests of `load`.

    python test/parity/generators/checkpoints.py FOLDER

Writes FOLDER/checkpoints/ and FOLDER/checkpoints.json: [{file, value}], values as `encode.py` has
them, and {"ordered": [[key, value], ...]}, {"set": [...]}, {"bytes": base64}, {"dtype": name}.
"""

import base64
import collections
import json
import sys
import warnings
from pathlib import Path
from typing import Any, Dict

import safetensors.torch
import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))
from encode import dtype_name, encode, encode_tensor, number  # noqa: E402

DTYPES = (
    "float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool "
    "complex64 complex128"
).split()
# The old format cannot tell them from bytes.
NEW_DTYPES = {"uint16", "uint32", "uint64"}


def describe(value: Any) -> Dict[str, Any]:
    if isinstance(value, Tensor):
        shape = {"dtype": dtype_name(value.dtype), "shape": list(value.shape)}
        tensor = shape if value.is_meta else encode_tensor(value)
        facts = {"stride": list(value.stride()), "offset": value.storage_offset()}
        return {"tensor": {**tensor, **facts, "requiresGrad": value.requires_grad}}
    if isinstance(value, collections.OrderedDict):
        return {"ordered": [[describe(k), describe(v)] for k, v in value.items()]}
    if isinstance(value, dict):
        return {"dict": [[describe(k), describe(v)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)):
        return {"list": [describe(item) for item in value]}
    if isinstance(value, (set, frozenset)):
        return {"set": [describe(item) for item in value]}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, torch.dtype):
        return {"dtype": dtype_name(value)}
    if isinstance(value, float):
        return {"float": number(value)}
    return encode(value)


def of_dtype(name: str) -> Tensor:
    dtype = getattr(torch, name)
    if dtype.is_complex:
        return torch.tensor([[1 - 2j, 0.5j], [3, -1]], dtype=dtype)
    values = torch.tensor([[0.0, 1.0, 2.0], [3.0, 100.0, 7.0]])
    return values.to(dtype) if name in NEW_DTYPES else values.sub(1).to(dtype)


def tensors(names: Any) -> Dict[str, Tensor]:
    state = collections.OrderedDict((name, of_dtype(name)) for name in names)
    state["empty"] = torch.empty(0, 3)
    state["scalar"] = torch.tensor(2.5)
    return state


def views() -> Dict[str, Tensor]:
    base = torch.arange(24.0).reshape(4, 6)
    return {
        "base": base,
        "row": base[1],
        "column": base[:, 2],
        "transposed": base.t(),
        "every": base[::2, 1::2],
        "expanded": base[0, :1].expand(5),
        "channels": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
    }


def lazy() -> Dict[str, Tensor]:
    return {
        "conj": torch.tensor([1 + 2j, 3 - 4j]).conj(),
        "neg": torch._neg_view(torch.tensor([1.0, -2.0])),
        "meta": torch.empty(2, 3, device="meta"),
    }


def quantized() -> Dict[str, Tensor]:
    values = torch.tensor([[0.0, 1.0], [-2.0, 3.5]])
    scales, zeros = torch.tensor([0.1, 0.05], dtype=torch.float64), torch.tensor([3, 0])
    return {
        "qint8": torch.quantize_per_tensor(values, 0.05, 3, torch.qint8),
        "quint8": torch.quantize_per_tensor(values, 0.05, 60, torch.quint8),
        "qint32": torch.quantize_per_tensor(values, 0.001, 0, torch.qint32),
        "channels": torch.quantize_per_channel(values, scales, zeros, 0, torch.qint8),
    }


def training() -> Dict[str, Any]:
    """A checkpoint as training loops write it."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model(torch.ones(5, 3)).sum().backward()
    optimizer.step()
    return {
        "epoch": 7,
        "best": 0.5,
        "model": model.state_dict(),
        "ema": {"shadow": {name: p.detach() for name, p in model.named_parameters()}},
        "optimizer": optimizer.state_dict(),
        "parameter": model[0].weight,
    }


def plain() -> Dict[Any, Any]:
    shared = [1, 2]
    return {
        "none": None,
        "bools": [True, False],
        "integers": [0, -1, 255, 256, 65536, -(2**31), 2**31, 2**53 + 1, -(2**63), 2**80],
        "floats": [0.5, -0.0, float("inf"), float("-inf"), float("nan"), 1e300],
        "texts": ["", "Привет", "a\0b", "👍🏽", "x" * 300],
        "bytes": [b"", b"\x00\x80\xff", bytearray(b"abc")],
        "tuple": (1, "two", (3.5,)),
        "complex": 1 - 2j,
        "set": {3},
        "size": torch.Size([1, 2, 3]),
        "dtype": torch.float16,
        "device": torch.device("cuda:1"),
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "counter": collections.Counter({5: 1}),
        "keys": {1: "one", "two": 2, None: 3},
        "shared": [shared, shared],
        "__proto__": {"constructor": 1},
    }


def main(folder: Path) -> None:
    warnings.simplefilter("ignore")
    out = folder / "checkpoints"
    out.mkdir(parents=True, exist_ok=True)
    goldens = []

    def note(name: str, value: Any) -> Path:
        goldens.append({"file": name, "value": describe(value)})
        return out / name

    old = [name for name in DTYPES if name not in NEW_DTYPES]
    cases = {
        "dtypes": tensors(DTYPES),
        "old-dtypes": tensors(old),
        "views": views(),
        "lazy": lazy(),
        "quantized": quantized(),
        "training": training(),
        "plain": plain(),
        "tensor": torch.arange(6).reshape(2, 3),
    }
    for name, value in cases.items():
        torch.save(value, note(f"{name}.pt", value))
        if name not in ("dtypes", "lazy"):
            path = note(f"{name}-legacy.pt", value)
            torch.save(value, path, _use_new_zipfile_serialization=False)
    for protocol in (3, 4, 5):
        path = note(f"plain-{protocol}.pt", cases["plain"])
        torch.save(cases["plain"], path, pickle_protocol=protocol)
    # The older format, with more in its pickle than is read at first.
    long = {"text": "x" * 2_000_000, "weight": torch.ones(2)}
    torch.save(long, note("long-legacy.pt", long), _use_new_zipfile_serialization=False)
    state = collections.OrderedDict(
        sorted((name, of_dtype(name)) for name in DTYPES if name != "complex128")
    )
    state["empty"] = torch.empty(0, 3)
    safetensors.torch.save_file(dict(state), note("dtypes.safetensors", state))
    text = json.dumps(goldens, ensure_ascii=False)
    (folder / "checkpoints.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
