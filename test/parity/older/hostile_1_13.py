"""Files with XNNPACK objects that PyTorch would not write, for `mobile-1.13.test.ts`.

    python test/parity/older/hostile_1_13.py FOLDER

FOLDER/mobile/hostile.pt and .ptl are as PyTorch 1.13 writes them; in `hostile-*` the pickles are edited.
`scripts/lib/older-fixtures.mjs` runs it with Debian 12's python3-torch.
"""

import sys
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.mobile_optimizer import optimize_for_mobile


class Strided(nn.Module):
    """With numbers that are found in its pickles."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3, (21, 22), (23, 24), (25, 26), groups=2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.conv(x))


GROUPS = b"K\x19K\x1aetRK\x02"
BOUNDS = b"G" + bytes(8) + b"Nt"
HOSTILE = {
    "groups-zero": (GROUPS, GROUPS[:-1] + b"\x00"),
    "groups-not-dividing": (GROUPS, GROUPS[:-1] + b"\x03"),
    "groups-huge": (GROUPS, GROUPS[:-2] + b"\x8a\x08" + b"\xff" * 7 + b"\x7f"),
    "groups-none": (GROUPS, GROUPS[:-2] + b"N"),
    "groups-list": (GROUPS, GROUPS[:-2] + b"]"),
    "stride-zero": (b"K\x15K\x16e", b"K\x00K\x16e"),
    "stride-one-too-many": (b"K\x15K\x16e", b"K\x15K\x16K\x16e"),
    "padding-huge": (b"K\x17K\x18e", b"\x8a\x08" + b"\xff" * 7 + b"\x7fK\x18e"),
    "padding-negative": (b"K\x17K\x18e", b"J\xff\xff\xff\xffK\x18e"),
    "dilation-text": (b"K\x19K\x1ae", b"X\x01\x00\x00\x00aK\x1ae"),
    "bounds-crossed": (BOUNDS, b"K\x05K\x04t"),
    "bounds-text": (BOUNDS, b"X\x01\x00\x00\x00aNt"),
    "one-part-less": (BOUNDS, b"Nt"),
    "one-part-more": (BOUNDS, b"NNNt"),
    "another-class": (b"xnnpack\nConv2dOpContext", b"xnnpack\nLinearOpContext"),
    "no-class": (b"xnnpack\nConv2dOpContext", b"xnnpack\nConv3dOpContext"),
    "sizes-wrong": (b"(K\x08K\x02K\x03K\x03t", b"(K\x08K\x02K\x7fK\x7ft"),
    "flat-weight": (b"(K\x08K\x02K\x03K\x03t(K\x12K\x09K\x03K\x01t", b"(K\x10t(K\x01t"),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    script = optimize_for_mobile(torch.jit.script(Strided().eval()))
    torch.jit.save(script, str(folder / "hostile.pt"))
    script._save_for_lite_interpreter(str(folder / "hostile.ptl"))
    for ending in ("pt", "ptl"):
        with zipfile.ZipFile(folder / f"hostile.{ending}") as archive:
            records = [(name, archive.read(name)) for name in archive.namelist()]
        for name, (old, new) in HOSTILE.items():
            edited = [
                (path, data.replace(old, new) if path.endswith(".pkl") else data)
                for path, data in records
            ]
            assert edited != records, name
            with zipfile.ZipFile(folder / f"hostile-{name}.{ending}", "w") as archive:
                for path, data in edited:
                    archive.writestr(path, data)


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "mobile")
