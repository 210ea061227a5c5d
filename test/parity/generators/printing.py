"""Tensors and the exact text PyTorch prints for them."""

import math
from typing import Any, Dict, Iterator, List, Tuple

import torch
from encode import encode_tensor
from torch import Tensor

INF, NAN = math.inf, math.nan
FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
INTS = [torch.int8, torch.int16, torch.int32, torch.int64]
UNSIGNED = [torch.uint8, torch.uint16, torch.uint32, torch.uint64]
COMPLEX = [torch.complex64, torch.complex128]
ALL = FLOATS + INTS + UNSIGNED + COMPLEX + [torch.bool]

FLOAT_LISTS: Dict[str, List[float]] = {
    "integral": [1.0, 2.0, 3.0],
    "fractions": [0.5, 1.25, -3.125],
    "zeros": [0.0, 0.0],
    "negative zero": [-0.0, 1.0],
    "negative zero alone": [-0.0],
    "nan": [NAN],
    "infinities": [INF, -INF],
    "nan among integers": [1.0, NAN, -INF, 100.0],
    "nan among fractions": [0.5, NAN, -1234.5678, INF],
    "wide ratio": [0.0001, 1.0, 1000.0],
    "ratio of a thousand": [1.0, 999.5],
    "ratio above a thousand": [0.5, 1000.5],
    "large": [1e5, 12345.678],
    "large integral": [1.0, 99999999.0],
    "larger integral": [1.0, 100000001.0],
    "small": [1e-5, 2e-5],
    "just small": [0.0001, 0.0002],
    "tiny": [1e-38, 5e-39],
    "rounding": [0.12345, 0.99995, 2.00005, -0.00004],
    "third": [1 / 3, 2 / 3],
    "one": [1.0],
    "negative": [-1.0, -22.5],
    "huge": [3e38, -1e30],
}
INTEGER_LISTS: Dict[str, List[int]] = {
    "small": [1, 2, 3],
    "zero": [0],
    "widths": [1, 10, 100],
    "row": list(range(60)),
}
COMPLEX_LISTS: Dict[str, List[complex]] = {
    "integral": [1 + 2j, -3 - 4j],
    "fractions": [0.5 - 0.25j, -10.125 + 3j],
    "zeros": [0j, complex(-0.0, -0.0)],
    "nan": [complex(NAN, 1), complex(1, INF), complex(-INF, NAN)],
    "wide": [1e-5 + 1j, 1e5 - 2j],
    "wide imaginary": [1 + 1e-6j, 2 + 1e6j],
    "row": [complex(i, -i / 2) for i in range(12)],
}
SHAPES: List[Tuple[int, ...]] = [
    (5,), (30,), (3, 4), (4, 11), (2, 25), (2, 3, 4), (1, 1), (3, 1), (1, 3, 1), (2, 2, 2, 2),
    (1, 2, 1, 3, 2), (1000,), (25, 40),
]  # fmt: skip
EMPTY: List[Tuple[int, ...]] = [(0,), (0, 3), (2, 0), (2, 3, 0), (0, 0)]
SUMMARIZED: List[Tuple[int, ...]] = [
    (1001,), (1, 2000), (2000, 1), (40, 40), (3, 400), (400, 3), (6, 7, 50), (11, 11, 11),
    (1, 1, 1001), (2, 2, 2, 300), (8, 8, 4, 4, 2), (7, 200), (1001, 0),
]  # fmt: skip
SCALES = [1e-6, 1e-3, 1.0, 1e3, 1e6, 1e12]

Named = Iterator[Tuple[str, Tensor]]


def name_of(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def lists() -> Named:
    for dtype in FLOATS:
        for name, values in FLOAT_LISTS.items():
            yield f"{name}, {name_of(dtype)}", torch.tensor(values, dtype=dtype)
    for dtype in INTS + UNSIGNED:
        for name, values in INTEGER_LISTS.items():
            yield f"{name}, {name_of(dtype)}", torch.tensor(values, dtype=dtype)
        info = torch.iinfo(dtype)
        ends = [info.min, info.max, 0] if info.max < 2**63 else [0, 2**63, 2**64 - 1]
        yield f"extremes, {name_of(dtype)}", torch.tensor(ends, dtype=dtype)
    for dtype in COMPLEX:
        for name, values in COMPLEX_LISTS.items():
            yield f"{name}, {name_of(dtype)}", torch.tensor(values, dtype=dtype)
    yield "bool", torch.tensor([True, False])
    yield "bool matrix", torch.tensor([[True, False], [False, False]])


def single_elements() -> Named:
    for dtype in FLOATS:
        for value in (0.0, -0.0, 1.0, -2.5, 1e-5, 12345.678, 1e4, 123456.0, 1e8, NAN, INF, 1 / 3):
            yield f"one {value}, {name_of(dtype)}", torch.tensor(value, dtype=dtype)
    for dtype in INTS:
        yield f"one -7, {name_of(dtype)}", torch.tensor(-7, dtype=dtype)
    for dtype in UNSIGNED:
        yield f"one 7, {name_of(dtype)}", torch.tensor(7, dtype=dtype)
    for dtype in COMPLEX:
        for value in (0j, 1 + 2j, -0.5 - 1e-5j, complex(NAN, INF)):
            yield f"one {value}, {name_of(dtype)}", torch.tensor(value, dtype=dtype)
    yield "one true", torch.tensor(True)
    yield "one false", torch.tensor(False)


def drawn() -> Named:
    generator = torch.Generator().manual_seed(11)
    for shape in SHAPES + SUMMARIZED:
        for scale in (SCALES if shape in SHAPES[:4] else [1.0]):
            values = torch.randn(shape, generator=generator) * scale
            yield f"drawn {list(shape)} times {scale:g}", values
    for shape in [(3, 4), (12,), (40, 40)]:
        base = torch.randn(shape, generator=generator) * 10
        for dtype in ALL:
            positive = base.abs() if dtype in UNSIGNED else base
            yield f"drawn {list(shape)}, {name_of(dtype)}", positive.to(dtype)
    for shape in [(1001,), (30, 40)]:
        # Only the shown elements decide how they are shown.
        hidden = torch.ones(shape)
        hidden.view(-1)[500] = 1e10
        yield f"hidden outlier {list(shape)}", hidden


def empty() -> Named:
    for shape in EMPTY:
        for dtype in ALL:
            yield f"empty {list(shape)}, {name_of(dtype)}", torch.zeros(shape, dtype=dtype)


def record(name: str, tensor: Tensor) -> Dict[str, Any]:
    return {"name": name, "tensor": encode_tensor(tensor), "text": str(tensor)}


def permuted() -> Iterator[Dict[str, Any]]:
    base = torch.arange(24.0).reshape(2, 3, 4) / 3
    for order in ([2, 1, 0], [1, 2, 0], [0, 2, 1]):
        yield {
            "name": f"permuted {order}",
            "tensor": encode_tensor(base),
            "permute": order,
            "text": str(base.permute(order)),
        }


def printing() -> List[Dict[str, Any]]:
    groups = [lists(), single_elements(), drawn(), empty()]
    found = [record(name, tensor) for group in groups for name, tensor in group]
    return found + list(permuted())
