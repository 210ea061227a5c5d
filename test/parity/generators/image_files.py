"""Image files of many kinds, drawn here: gradients, noise, shapes and text."""

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageDraw


def picture(height: int, width: int, seed: int) -> Image.Image:
    """Smooth, noisy and sharp-edged at once, as photographs are."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = 127 + 127 * np.sin(x / 17 + y / 31)
    ramp = 255 * x / width
    rings = 127 + 127 * np.cos(np.hypot(x - width / 2, y - height / 2) / 9)
    noisy = np.stack([waves, ramp, rings], 2) + rng.normal(0, 9, (height, width, 3))
    image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse([width // 8, height // 6, width // 2, height // 2], "#d04020", "white", 3)
    draw.polygon([(width // 2, height - 4), (width - 4, height - 4), (width - 9, height // 2)], "#104080")
    for line in range(4):
        draw.text((width // 5, height // 2 + 12 * line), "libtorch-node", "black" if line % 2 else "yellow")
    return image


def veil(height: int, width: int) -> Image.Image:
    """Transparency from none to full, with steps."""
    y, x = np.mgrid[0:height, 0:width]
    ramp = np.where((x // 16 + y // 16) % 5 == 0, 0, 255 * y / (height - 1))
    ramp[: height // 4] = 255
    return Image.fromarray(ramp.astype(np.uint8))


def write_png16(path: Path, pixels: np.ndarray) -> None:
    """A PNG with 16 bits per channel, which Pillow writes for grey only."""
    height, width = pixels.shape[:2]
    colour = 0 if pixels.ndim == 2 else 2
    rows = pixels.astype(">u2").reshape(height, -1)
    data = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    )


def write_jpegs(folder: Path) -> None:
    picture(480, 640, 1).save(folder / "photo.jpg", quality=90)
    picture(203, 301, 2).save(folder / "odd.jpg", quality=85, subsampling=0, progressive=True)
    picture(151, 98, 3).save(folder / "halved.jpg", quality=75, subsampling=1)
    picture(60, 84, 4).convert("L").save(folder / "grey.jpg", quality=90)
    picture(61, 83, 5).convert("CMYK").save(folder / "cmyk.jpg", quality=95)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        picture(40, 57, 6).save(folder / f"exif-{orientation}.jpg", exif=exif, quality=95)


def write_pngs(folder: Path) -> None:
    portrait = picture(333, 250, 7)
    portrait.putalpha(veil(333, 250))
    portrait.save(folder / "portrait.png")
    plain = picture(64, 96, 8)
    plain.save(folder / "plain.png")
    plain.convert("L").save(folder / "grey.png")
    plain.convert("LA").save(folder / "grey-alpha.png")
    plain.convert("1").save(folder / "bilevel.png")
    plain.quantize(64).save(folder / "palette.png", transparency=3)
    # Pixels of a profile that swaps the colours count as they are.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    plain.save(folder / "profile.png", icc_profile=swapped)
    y, x = np.mgrid[0:31, 0:45]
    write_png16(folder / "grey16.png", x * 1400 + y * 13)
    write_png16(folder / "rgb16.png", np.stack([x * 1400, y * 2000, x * y * 40], 2))
    Image.new("RGB", (1, 1), (250, 5, 99)).save(folder / "pixel.png")


def write_others(folder: Path) -> None:
    picture(91, 57, 9).save(folder / "lossy.webp", quality=80)
    clear = picture(48, 72, 10)
    clear.putalpha(veil(48, 72))
    clear.save(folder / "clear.webp", lossless=True, exact=True)
    picture(50, 70, 11).save(folder / "frame.gif")
    picture(50, 70, 12).save(folder / "plain.tiff")
    picture(20, 20, 13).save(folder / "plain.bmp")


def write_damaged(folder: Path) -> None:
    for name, length in (("odd.jpg", 9000), ("plain.png", 5000), ("clear.webp", 800)):
        whole = (folder / name).read_bytes()
        (folder / f"cut-{name}").write_bytes(whole[:length])


def write_files(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_jpegs(folder)
    write_pngs(folder)
    write_others(folder)
    write_damaged(folder)
