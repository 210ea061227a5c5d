"""PyTorch's own observers and fake-quantize modules as TorchScript archives: OUT_FOLDER."""

import io
import pathlib
import sys
import warnings
import zipfile

import torch
from torch.ao.quantization import fake_quantize, observer


def activation(kind, reduce_range):
    return kind(dtype=torch.quint8, qscheme=torch.per_tensor_affine, reduce_range=reduce_range)


def fake_activation(reduce_range):
    return fake_quantize.FakeQuantize(
        observer=observer.MovingAverageMinMaxObserver,
        quant_min=0,
        quant_max=255,
        dtype=torch.quint8,
        qscheme=torch.per_tensor_affine,
        reduce_range=reduce_range,
    )


def made():
    """What the default qconfigs of the engines are put together from; `narrow` halves the range."""
    for suffix, reduce_range in (("", False), ("_narrow", True)):
        yield f"minmax{suffix}", activation(observer.MinMaxObserver, reduce_range)
        yield f"histogram{suffix}", activation(observer.HistogramObserver, reduce_range)
        yield f"fake{suffix}", fake_activation(reduce_range)
    yield "weight", observer.default_weight_observer()
    yield "weight_per_channel", observer.default_per_channel_weight_observer()
    yield "fake_weight", fake_quantize.default_weight_fake_quant()
    yield "fake_weight_per_channel", fake_quantize.default_per_channel_weight_fake_quant()


def without_origins(archive):
    """The archive without the records that say where on this machine its code came from."""
    kept = io.BytesIO()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(kept, "w") as result:
        for entry in source.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                name = zipfile.ZipInfo(entry.filename)
                result.writestr(name, source.read(entry), zipfile.ZIP_STORED)
    return kept.getvalue()


def main(folder):
    warnings.simplefilter("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    for name, module in made():
        archive = io.BytesIO()
        torch.jit.save(torch.jit.script(module), archive)
        (folder / f"{name}.pt").write_bytes(without_origins(archive))


main(pathlib.Path(sys.argv[1]))
