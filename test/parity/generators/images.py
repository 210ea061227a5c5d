"""Writes images/: image files, and what Pillow, with torchvision's arithmetic, makes of them.

    python test/parity/generators/images.py FOLDER

`scripts/fixtures.mjs` runs it for the tests, with the pinned LibTorch's own Python package.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent.parent / "fixtures")]

from image_files import write_files  # noqa: E402

MEAN = [0.485, 0.456, 0.406]
STD = [0.229, 0.224, 0.225]
FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "nearest": Image.Resampling.NEAREST,
}
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
LOSSY = (".jpg", "lossy.webp")
SIZED = ("photo.jpg", "odd.jpg", "halved.jpg", "grey.jpg", "lossy.webp", "plain.png")


class Goldens:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cases: list[dict] = []

    def add(self, file: str, options: dict, result: np.ndarray, tolerance: float, kind: str) -> None:
        name = f"{len(self.cases)}.bin"
        (self.folder / name).write_bytes(np.ascontiguousarray(result).tobytes())
        case = {"file": file, "options": options, "golden": name, "dtype": str(result.dtype)}
        self.cases.append({**case, "shape": list(result.shape), "tolerance": tolerance, "kind": kind})

    def open(self, file: str, channels: int = 3, turned: bool = True) -> Image.Image:
        """As `Image.open(file).convert(mode)`; of 16 bits the upper 8, which Pillow does for RGB alone."""
        image = Image.open(self.folder / file)
        if image.mode.startswith("I;16"):
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        if turned:
            image = ImageOps.exif_transpose(image)
        return image.convert(MODES[channels])


def rows(image: Image.Image) -> np.ndarray:
    pixels = np.asarray(image)
    return pixels[None, :, :, None] if pixels.ndim == 2 else pixels[None]


def shorter_side(image: Image.Image, side: int) -> tuple[int, int]:
    """torchvision's size for `Resize(side)`, as Pillow takes it: width, height."""
    width, height = image.size
    if width <= height:
        return side, int(side * height / width)
    return int(side * width / height), side


def scale(image: Image.Image, size: tuple[int, int], name: str = "bilinear") -> Image.Image:
    """First the rows, then the columns: Pillow 13 does the columns first where only they get shorter.
    RGBA would be rounded once more in between; it is scaled at once, where both get shorter.
    """
    if name == "nearest" or image.mode == "RGBA":
        return image.resize(size, FILTERS[name])
    return image.resize((size[0], image.height), FILTERS[name]).resize(size, FILTERS[name])


def center_crop(image: Image.Image, height: int, width: int, fill: int = 0) -> Image.Image:
    """torchvision's `CenterCrop`."""
    over, down = max(width - image.width, 0), max(height - image.height, 0)
    padding = (over // 2, down // 2, (over + 1) // 2, (down + 1) // 2)
    colour = fill if image.mode == "L" else (fill,) * len(image.mode)
    image = ImageOps.expand(image, padding, colour)
    top = int(round((image.height - height) / 2.0))
    left = int(round((image.width - width) / 2.0))
    return image.crop((left, top, left + width, top + height))


def to_tensor(image: Image.Image) -> Tensor:
    return torch.from_numpy(rows(image).copy()).permute(0, 3, 1, 2).to(torch.float32).div(255)


def normalize(tensor: Tensor, mean: list[float], std: list[float]) -> Tensor:
    mean_, std_ = torch.tensor(mean), torch.tensor(std)
    return tensor.sub(mean_[:, None, None]).div(std_[:, None, None])


def decoded(goldens: Goldens, files: list[str]) -> None:
    raw = {"dtype": "uint8", "layout": "NHWC"}
    for file in files:
        tolerance = 1 if file.endswith(LOSSY) else 0
        for channels in MODES:
            image = goldens.open(file, channels)
            goldens.add(file, {**raw, "channels": channels}, rows(image), tolerance, "decoded")
    for file in ("exif-6.jpg", "exif-2.jpg"):
        options = {**raw, "applyExifOrientation": False}
        goldens.add(file, options, rows(goldens.open(file, turned=False)), 1, "decoded")


def resized(goldens: Goldens) -> None:
    raw = {"dtype": "uint8", "layout": "NHWC"}
    for file in SIZED:
        image = goldens.open(file)
        lossy = 1 if file.endswith(LOSSY) else 0
        for name in FILTERS:
            # Both passes round, and more where weights are negative.
            tolerance = lossy + {"nearest": 0, "bilinear": 1}.get(name, 2)
            for size in (64, 37, 300, [97, 131]):
                shape = tuple(reversed(size)) if isinstance(size, list) else shorter_side(image, size)
                options = {**raw, "resize": size, "interpolation": name}
                goldens.add(file, options, rows(scale(image, shape, name)), tolerance, "resized")
    for name in ("bilinear", "bicubic"):
        image = goldens.open("portrait.png", 4)
        options = {**raw, "channels": 4, "resize": 80, "interpolation": name}
        scaled = scale(image, shorter_side(image, 80), name)
        goldens.add("portrait.png", options, rows(scaled), 2, "transparent")
    grey = goldens.open("photo.jpg", 1)
    options = {**raw, "channels": 1, "resize": 100}
    goldens.add("photo.jpg", options, rows(scale(grey, shorter_side(grey, 100))), 2, "resized")


def fitted(goldens: Goldens) -> None:
    raw = {"dtype": "uint8", "layout": "NHWC"}
    image = goldens.open("plain.png")  # 96 x 64
    options = {**raw, "resize": [50, 50], "fit": "cover"}
    goldens.add("plain.png", options, rows(center_crop(scale(image, (75, 50)), 50, 50)), 1, "fitted")
    options = {**raw, "resize": [60, 48], "fit": "contain", "fill": 114}
    goldens.add("plain.png", options, rows(center_crop(scale(image, (48, 32)), 60, 48, 114)), 1, "fitted")
    for height, width in ((224, 224), (63, 95), (30, 101), (101, 31), (65, 97)):
        options = {**raw, "centerCrop": [height, width], "fill": 7}
        goldens.add("plain.png", options, rows(center_crop(image, height, width, 7)), 0, "fitted")


def plain(goldens: Goldens) -> None:
    """Without antialiasing there is no Pillow to agree with: PyTorch's own."""
    pixels = torch.from_numpy(rows(goldens.open("plain.png")).copy()).permute(0, 3, 1, 2)
    for mode in ("bilinear", "bicubic"):
        result = F.interpolate(pixels, [31, 40], mode=mode)
        options = {"dtype": "uint8", "resize": [31, 40], "interpolation": mode, "antialias": False}
        goldens.add("plain.png", options, result.numpy(), 0, "plain")


def normalized(goldens: Goldens) -> None:
    given = {"mean": MEAN, "std": STD}
    for file in (*SIZED, "cmyk.jpg", "exif-6.jpg", "portrait.png", "palette.png", "grey16.png"):
        image = goldens.open(file)
        image = center_crop(scale(image, shorter_side(image, 256)), 224, 224)
        tensor = normalize(to_tensor(image), MEAN, STD).numpy()
        options = {"resize": 256, "centerCrop": 224, **given}
        tolerance = 2 if file.endswith(LOSSY) else 1
        goldens.add(file, options, tensor, tolerance / 255, "normalized")
    image = goldens.open("plain.png")
    exact = to_tensor(image)
    goldens.add("plain.png", {}, exact.numpy(), 0, "exact")
    goldens.add("plain.png", {"scale": False}, (exact * 255).round().numpy(), 0, "exact")
    goldens.add("plain.png", given, normalize(exact, MEAN, STD).numpy(), 0, "exact")
    padded = to_tensor(center_crop(image, 70, 80))
    goldens.add("plain.png", {**given, "centerCrop": [70, 80]}, normalize(padded, MEAN, STD).numpy(), 0, "exact")
    grey = to_tensor(goldens.open("plain.png", 1))
    options = {"channels": 1, "mean": [0.5], "std": [0.25]}
    goldens.add("plain.png", options, normalize(grey, [0.5], [0.25]).numpy(), 0, "exact")


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    target = folder / "images"
    write_files(target)
    damaged = sorted(path.name for path in target.iterdir() if path.name.startswith("cut-"))
    files = sorted(path.name for path in target.iterdir())
    files = [name for name in files if name not in damaged and name != "plain.bmp"]
    goldens = Goldens(target)
    decoded(goldens, files)
    resized(goldens)
    fitted(goldens)
    plain(goldens)
    normalized(goldens)
    (target / "images.json").write_text(json.dumps(goldens.cases) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
