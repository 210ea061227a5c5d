"""What PyTorch's factories and tensor methods answer."""

import math
from typing import Any, Dict, List

import torch
from encode import dtype_name, encode, encode_tensor
from torch import Tensor

Golden = Dict[str, Any]
NAN, INF = math.nan, math.inf


def golden(call: str, args: List[Any], result: Tensor, **more: Any) -> Golden:
    """`args` are plain numbers and shapes; the result has its strides, which tests compare too."""
    stride = {"stride": list(result.stride())} if result.numel() else {}
    return {"call": call, "args": args, **more, "result": {**encode_tensor(result), **stride}}


def factories() -> List[Golden]:
    found: List[Golden] = []

    def add(call: str, args: List[Any], dtype: torch.dtype = torch.float32) -> None:
        result = getattr(torch, call)(*args, dtype=dtype)
        found.append(golden(call, args, result, dtype=dtype_name(dtype)))

    for args in ([5], [0], [2, 8], [1, 10, 3], [0, 1, 0.25], [5, 0, -1], [0.5, 3], [0, 1, 0.1]):
        add("arange", args)
        if all(isinstance(arg, int) for arg in args):
            add("arange", args, torch.int64)
            add("arange", args, torch.uint8)
    add("arange", [1000], torch.int32)
    add("arange", [0, 1, 0.1], torch.float64)
    for args in ([0, 1, 5], [-1, 1, 7], [3, 3, 2], [0, 10, 1], [0, 1, 0], [10, -10, 9]):
        add("linspace", args)
        add("linspace", args, torch.float64)
    add("linspace", [0, 10, 5], torch.int64)
    for args in ([3], [2, 4], [4, 2], [0]):
        add("eye", args)
        add("eye", args, torch.int64)
    dtypes = [torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.int64, torch.uint8]
    dtypes += [torch.uint16, torch.uint32, torch.uint64, torch.bool, torch.complex64]
    for dtype in [torch.float32, *dtypes]:
        add("full", [[2, 3], 1], dtype)
        add("zeros", [[2, 2]], dtype)
        add("ones", [[3]], dtype)
    add("full", [[2], 0.1])
    add("full", [[2], -7.5], torch.float64)
    add("zeros", [[]])
    add("zeros", [[0, 3]])
    return found


def random_numbers() -> List[Golden]:
    """Sequences after a seed: each draw continues where the one before ended."""
    found: List[Golden] = []
    for seed in (0, 1, 42, 2**32 - 1, 2**53 - 1):
        torch.manual_seed(seed)
        draws = [
            golden("rand", [[2, 3]], torch.rand(2, 3)),
            golden("randn", [[5]], torch.randn(5)),
            golden("randint", [0, 10, [8]], torch.randint(0, 10, (8,)), dtype="int64"),
            golden("randint", [-5, 5, [2, 2]], torch.randint(-5, 5, (2, 2)), dtype="int64"),
            golden("randn", [[40]], torch.randn(40)),
            golden("rand", [[4]], torch.rand(4, dtype=torch.float64), dtype="float64"),
        ]
        found.append({"seed": seed, "draws": draws})
    return found


def shapes() -> List[Golden]:
    found: List[Golden] = []
    x = torch.arange(24.0).reshape(2, 3, 4)
    one = torch.arange(6.0).reshape(1, 2, 1, 3, 1)
    scalar = torch.tensor(2.5)

    def add(call: str, of: Tensor, args: List[Any], python: str = "") -> None:
        result = getattr(of, python or call)(*args)
        found.append(golden(call, args, result, of=encode_tensor(of)))

    for shape in ([24], [4, 6], [-1, 8], [2, -1], [2, 3, 4], [1, 24, 1]):
        add("reshape", x, [shape])
        add("view", x, [shape])
    add("reshape", scalar, [[1, 1]])
    for order in ([2, 0, 1], [0, 1, 2], [-1, 0, 1], [1, 0, 2]):
        add("permute", x, [order])
    for dims in ([0, 1], [1, 2], [-1, 0], [1, 1]):
        add("transpose", x, dims)
    add("squeeze", one, [])
    add("squeeze", scalar, [])
    for dim in (0, 1, 2, -1):
        add("squeeze", one, [dim])
    for dim in (0, 1, -1, 3):
        add("unsqueeze", x, [dim])
    add("unsqueeze", scalar, [0])
    add("contiguous", x, [])
    add("clone", x, [])
    whole = encode_tensor(x)
    dense = x.permute(2, 0, 1).contiguous()
    found.append(golden("permuteThenContiguous", [[2, 0, 1]], dense, of=whole))
    flat = x.transpose(0, 2).reshape(24)
    found.append(golden("transposeThenReshape", [0, 2, [24]], flat, of=whole))
    a, b = torch.arange(4.0).reshape(2, 2), torch.arange(4.0, 8.0).reshape(2, 2)
    integers = torch.tensor([[1, 2], [3, 4]])
    for call in ("cat", "stack"):
        for dim in (0, 1, -1):
            parts = [a, b, a.t().contiguous()]
            result = getattr(torch, call)(parts, dim)
            found.append(golden(call, [dim], result, parts=[encode_tensor(p) for p in parts]))
        mixed = getattr(torch, call)([a, integers], 0)
        found.append(golden(call, [0], mixed, parts=[encode_tensor(a), encode_tensor(integers)]))
    uneven = [a, torch.ones(1, 2), torch.zeros(0)]
    found.append(golden("cat", [0], torch.cat(uneven), parts=[encode_tensor(p) for p in uneven]))
    return found


FLOATS = [0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 100000.0, 1e-8, 3.4e38, NAN, INF, -INF]
SMALL = [0.0, 1.0, 2.9, 100.6, 127.0]
SIGNED = [0.9, -0.9, -1.5, -100.2]


def conversions() -> List[Golden]:
    """Only what C++ defines: floats to integers inside their range, integers by wrapping."""
    found: List[Golden] = []
    floats = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
    integers = [torch.int8, torch.int16, torch.int32, torch.int64]
    unsigned = [torch.uint8, torch.uint16, torch.uint32, torch.uint64]

    def add(of: Tensor, dtype: torch.dtype) -> None:
        found.append(golden("to", [dtype_name(dtype)], of.to(dtype), of=encode_tensor(of)))

    for source in floats:
        for target in [*floats, torch.bool, torch.complex64, torch.complex128]:
            add(torch.tensor(FLOATS, dtype=torch.float64).to(source), target)
        for target in integers + unsigned:
            add(torch.tensor(SMALL, dtype=source), target)
        for target in integers:
            add(torch.tensor(SIGNED, dtype=source), target)
    for source in integers + unsigned:
        ends = torch.iinfo(source)
        values = [0, 1, 100, ends.min, ends.max if ends.max < 2**63 else 2**64 - 1]
        for target in [*floats, *integers, *unsigned, torch.bool, torch.complex64]:
            add(torch.tensor(values, dtype=source), target)
    for target in [*floats, *integers, *unsigned, torch.complex64]:
        add(torch.tensor([True, False]), target)
    add(torch.tensor([1 + 2j, -0.5j]), torch.complex128)
    return found


def items() -> List[Golden]:
    """One element, and nested arrays."""
    values = [0.5, -0.0, NAN, INF, 1 / 3, True, False, 7, -(2**53), 1 + 2j]
    singles = [torch.tensor(v) for v in values]
    singles += [torch.tensor(v) for v in (2**53 - 1, 2**53 + 1, 2**63 - 1, -(2**63))]
    singles += [torch.tensor(v, dtype=torch.float64) for v in (0.1, 5e-324, 1e308)]
    singles += [torch.tensor(0.1, dtype=d) for d in (torch.float16, torch.bfloat16)]
    singles += [torch.tensor(200, dtype=torch.uint8), torch.tensor(65535, dtype=torch.uint16)]
    singles += [torch.tensor(2**32 - 1, dtype=torch.uint32)]
    singles += [torch.tensor(2**64 - 1, dtype=torch.uint64)]
    singles += [torch.tensor([[3.5]]), torch.tensor([4])]
    arrays = [torch.arange(6.0).reshape(2, 3), torch.arange(24).reshape(2, 3, 4), torch.zeros(0, 3)]
    arrays += [torch.zeros(2, 0), torch.tensor([True, False]), torch.tensor([1 + 2j, 0j])]
    arrays += [torch.tensor([0.1, NAN]).half(), torch.tensor(2.5)]
    found = [{"tensor": encode_tensor(t), "item": encode(t.item())} for t in singles]
    return found + [{"tensor": encode_tensor(t), "array": encode(t.tolist())} for t in arrays]


def comparisons() -> List[Golden]:
    a = torch.tensor([1.0, 2.0, 3.0])
    close = a + torch.tensor([1e-6, -1e-6, 2e-6])
    far = a + 1e-3
    nan = torch.tensor([1.0, NAN, 3.0])
    infinite = torch.tensor([INF, -INF, 0.0])
    pairs = [(a, a.clone()), (a, close), (a, far), (nan, nan.clone()), (infinite, infinite.clone())]
    pairs += [(a, a.reshape(1, 3)), (torch.zeros(0), torch.zeros(0))]
    pairs += [(torch.tensor(0.0), torch.tensor(-0.0))]
    found: List[Golden] = []
    for x, y in pairs:
        entry: Golden = {"a": encode_tensor(x), "b": encode_tensor(y), "equal": torch.equal(x, y)}
        options = [{}, {"atol": 1e-2}, {"rtol": 0.0, "atol": 0.0}, {"equal_nan": True}]
        entry["allclose"] = [
            {
                "options": {"equalNan" if k == "equal_nan" else k: v for k, v in option.items()},
                "result": torch.allclose(x, y, **option),
            }
            for option in options
        ]
        found.append(entry)
    return found
