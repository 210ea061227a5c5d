"""Writes calls with their arguments and results where the tests can read them."""

import json
import math
import os

import torch

# Beyond this a sample costs more than it tells.
LARGEST = 1 << 20


class Refused(Exception):
    """The value has no form that another program could read."""


class Archive:
    """Lines of JSON that refer to tensors, and one file with the bytes of their storages."""

    def __init__(self, folder):
        self.folder = folder
        self.storages = {}
        self.tensors = {}
        self.size = 0
        self.bytes = open(os.path.join(folder, "storages.bin"), "wb")
        self.files = {}

    def write(self, name, line):
        if name not in self.files:
            self.files[name] = open(os.path.join(self.folder, name + ".jsonl"), "w")
        self.files[name].write(json.dumps(line, separators=(",", ":")) + "\n")

    def close(self):
        with open(os.path.join(self.folder, "tensors.json"), "w") as file:
            json.dump([json.loads(key) for key in self.tensors], file)
        for file in [self.bytes, *self.files.values()]:
            file.close()

    def storage(self, storage):
        count = storage.nbytes()
        if count > LARGEST:
            raise Refused("more than 1 MB")
        data = bytes(storage.cpu()) if count < 64 else bytes_of(storage)
        if data not in self.storages:
            self.storages[data] = (self.size, count)
            self.bytes.write(data)
            padding = -count % 16
            self.bytes.write(b"\0" * padding)
            self.size += count + padding
        return self.storages[data]

    def tensor(self, value, groups):
        if type(value) not in (torch.Tensor, torch.nn.Parameter):
            raise Refused("a subclass of Tensor")
        if value.layout != torch.strided or value.is_quantized or value.is_nested:
            raise Refused("a tensor that is not strided")
        if value.device.type != "cpu":
            raise Refused("a tensor that is not in main memory")
        storage = value.untyped_storage()
        key = json.dumps(
            {
                "dtype": str(value.dtype).removeprefix("torch."),
                "shape": list(value.shape),
                "stride": list(value.stride()),
                "offset": value.storage_offset(),
                "storage": self.storage(storage),
                "conj": value.is_conj(),
                "neg": value.is_neg(),
            }
        )
        index = self.tensors.setdefault(key, len(self.tensors))
        # Tensors of one call that share memory share it again.
        group = groups.setdefault(storage.data_ptr(), len(groups))
        return {"t": index, "g": group}

    def encode(self, value, groups):
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, torch.Tensor):
            return self.tensor(value, groups)
        if isinstance(value, int):
            return value if abs(value) < 2**53 else {"i": str(value)}
        if isinstance(value, float):
            return {"f": value if math.isfinite(value) else str(value)}
        if isinstance(value, complex):
            return {"c": [self.encode(value.real, {}), self.encode(value.imag, {})]}
        if isinstance(value, str):
            return {"s": value}
        if isinstance(value, torch.dtype):
            return {"s": str(value).removeprefix("torch.")}
        if isinstance(value, (torch.device, torch.memory_format, torch.layout)):
            return {"s": str(value).removeprefix("torch.")}
        if isinstance(value, (list, tuple)):
            return {"l": [self.encode(item, groups) for item in value]}
        if isinstance(value, slice):
            return {"slice": [value.start, value.stop, value.step]}
        if value is Ellipsis:
            return {"s": "..."}
        raise Refused(f"a value of type {type(value).__name__}")


def bytes_of(storage):
    return torch.tensor([], dtype=torch.uint8).set_(storage).numpy().tobytes()
