"""What every dtype holds: the same elements as Python's list, as bytes and as text."""

import math
from typing import Any, Dict, List

import torch
from encode import dtype_name, encode, encode_tensor

Golden = Dict[str, Any]
FLOATS = [0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 1e-7, math.nan, math.inf, -math.inf]
COMPLEX = [0j, 1 + 2j, -0.5j, complex(math.inf, -0.0), complex(0.1, math.nan)]
VALUES = {
    **{d: FLOATS for d in (torch.float32, torch.float64, torch.float16, torch.bfloat16)},
    **{d: COMPLEX for d in (torch.complex64, torch.complex128)},
    torch.bool: [True, False, True],
}
SIGNED = [torch.int8, torch.int16, torch.int32, torch.int64]
UNSIGNED = [torch.uint8, torch.uint16, torch.uint32, torch.uint64]
QUANTIZED = [torch.qint8, torch.quint8, torch.qint32]


def dtypes() -> List[Golden]:
    found: List[Golden] = []
    for dtype in SIGNED + UNSIGNED:
        ends = torch.iinfo(dtype)
        greatest = 2**64 - 1 if dtype == torch.uint64 else ends.max
        VALUES[dtype] = [0, 1, 100, ends.min, greatest]
    for dtype, values in VALUES.items():
        tensor = torch.tensor(values, dtype=dtype)
        elements = {"tensor": encode_tensor(tensor), "list": encode(tensor.tolist())}
        found.append({"dtype": dtype_name(dtype), **elements, "printed": str(tensor)})
    for dtype in QUANTIZED:
        # Zero points of the signed ones may be any; this one fits all three.
        of = torch.tensor([-1.0, 0.0, 0.55, 200.0])
        tensor = torch.quantize_per_tensor(of, 0.1, 10, dtype)
        elements = {"tensor": encode_tensor(tensor), "of": encode_tensor(of)}
        found.append({"dtype": dtype_name(dtype), **elements, "printed": str(tensor)})
    return found
