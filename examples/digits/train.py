"""Trains the digit classifier of this example and writes everything the example needs.

Needs Python 3.10 or later with torch 2.13, scikit-learn and numpy:

    pip install torch==2.13.0 scikit-learn numpy
    python examples/digits/train.py

The data is the UCI digits set that scikit-learn ships: 1,797 handwritten digits of 8 x 8 pixels
with 17 grey levels (Alpaydin and Kaynak, 1998, CC BY 4.0). Every fifth digit of each class, in a
shuffled order with a fixed seed, is held back as the test split.

Writes next to this file
    digits-traced.pt    traced: float32 [n, 1, 8, 8] in 0..1 -> logits [n, 10]
    digits-scripted.pt  scripted, with control flow: uint8 or floating [n, 8, 8] or [n, 1, 8, 8]
    images/test.png     the test split on one sheet, 20 digits a row
    images/digit-N.png  one test digit of each class, enlarged to 64 x 64
    labels.json         what is on the sheet, and what PyTorch answered
"""

import json
import struct
import zlib
from pathlib import Path
from typing import List, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn

HERE = Path(__file__).parent
SEED = 7
EPOCHS = 40
COLUMNS = 20
LABELS = [str(digit) for digit in range(10)]


class Block(nn.Module):
    """Convolution, batch norm, ReLU; halves the image where asked to."""

    def __init__(self, inputs: int, outputs: int, halve: bool):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.halve = halve

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.conv(x)))
        if self.halve:
            x = F.max_pool2d(x, 2)
        return x


class DigitsNet(nn.Module):
    """float32 [n, 1, 8, 8] in 0..1 -> logits [n, 10]."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(1, 16, False), Block(16, 32, True), Block(32, 32, True)])
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return self.fc(self.dropout(x.flatten(1)))


class DigitsClassifier(nn.Module):
    """What an application wants: any image dtype in, logits, probabilities or labels out."""

    labels: List[str]

    def __init__(self, net: DigitsNet):
        super().__init__()
        self.net = net
        self.labels = LABELS

    def normalize(self, x: Tensor) -> Tensor:
        if x.dim() == 3:
            x = x.unsqueeze(1)
        if x.dim() != 4 or x.size(2) != 8 or x.size(3) != 8:
            raise ValueError("expected [n, 8, 8] or [n, 1, 8, 8], got " + str(x.size()))
        if x.dtype == torch.uint8:
            return x.to(torch.float32) / 255.0
        if not x.is_floating_point():
            raise ValueError("expected uint8 or a floating dtype")
        x = x.to(torch.float32)
        if x.numel() > 0 and bool(x.max() > 1.0):
            x = x / 255.0
        return x

    def forward(self, x: Tensor, temperature: float = 1.0) -> Tensor:
        logits = self.net(self.normalize(x))
        if temperature != 1.0:
            logits = logits / temperature
        return logits

    @torch.jit.export
    def probabilities(self, x: Tensor, temperature: float = 1.0) -> Tensor:
        return self.forward(x, temperature).softmax(-1)

    @torch.jit.export
    def top(self, x: Tensor, k: int = 3) -> List[List[Tuple[str, float]]]:
        values, indices = self.probabilities(x, 1.0).topk(k, -1)
        rows: List[List[Tuple[str, float]]] = []
        for i in range(values.size(0)):
            row: List[Tuple[str, float]] = []
            for j in range(k):
                row.append((self.labels[int(indices[i][j].item())], float(values[i][j].item())))
            rows.append(row)
        return rows


def split(target: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Indices of the training and the test digits; a fifth of each class is for testing."""
    order = np.random.RandomState(SEED).permutation(len(target))
    rank = np.zeros(10, dtype=int)
    test = np.zeros(len(target), dtype=bool)
    for index in order:
        test[index] = rank[target[index]] % 5 == 0
        rank[target[index]] += 1
    return order[~test[order]], order[test[order]]


def shift(x: Tensor) -> Tensor:
    """Moves each image by at most one pixel, so that the net does not learn positions by heart."""
    padded = F.pad(x, (1, 1, 1, 1))
    dy, dx = torch.randint(0, 3, (2,)).tolist()
    return padded[:, :, dy : dy + 8, dx : dx + 8]


def train(x: Tensor, y: Tensor) -> DigitsNet:
    net = DigitsNet()
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    batches = (len(x) + 63) // 64
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=EPOCHS * batches)
    for epoch in range(EPOCHS):
        total = 0.0
        for rows in torch.randperm(len(x)).split(64):
            loss = F.cross_entropy(net(shift(x[rows])), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {total / len(x):.4f}")
    return net.eval()


def write_png(path: Path, pixels: np.ndarray) -> None:
    """Writes an 8-bit grey PNG."""
    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels.astype(np.uint8))

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def save(module: torch.jit.ScriptModule, path: Path) -> None:
    """Saves without the debug records, which hold the source paths of this machine."""
    scratch = path.with_suffix(".tmp")
    torch.jit.save(module, str(scratch), _extra_files={"labels.json": json.dumps(LABELS)})
    reader = torch._C.PyTorchFileReader(str(scratch))
    writer = torch._C.PyTorchFileWriter(str(path))
    own = {"version", "byteorder", ".data/serialization_id"}
    for name in reader.get_all_records():
        if name not in own and not name.endswith(".debug_pkl"):
            record = reader.get_record(name)
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()
    scratch.unlink()
    assert path.stat().st_size < 200_000, path


def main() -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    digits = load_digits()
    train_rows, test_rows = split(digits.target)
    pixels = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    x = torch.from_numpy(pixels).unsqueeze(1).float() / 255
    y = torch.from_numpy(digits.target).long()

    net = train(x[train_rows], y[train_rows])
    scripted = torch.jit.script(DigitsClassifier(net).eval())
    traced = torch.jit.trace(net, x[test_rows[:2]])
    save(scripted, HERE / "digits-scripted.pt")
    save(traced, HERE / "digits-traced.pt")

    test, labels = torch.from_numpy(pixels[test_rows]), y[test_rows]
    with torch.inference_mode():
        logits = torch.jit.load(str(HERE / "digits-scripted.pt"))(test)
        same = torch.jit.load(str(HERE / "digits-traced.pt"))(x[test_rows])
    assert torch.allclose(logits, same, atol=1e-5)
    predicted = logits.argmax(-1)
    accuracy = (predicted == labels).float().mean().item()
    print(f"accuracy on {len(labels)} test digits: {accuracy:.4f}")
    assert accuracy >= 0.98

    images = HERE / "images"
    images.mkdir(exist_ok=True)
    rows = -(-len(test) // COLUMNS)
    sheet = np.zeros((rows * 8, COLUMNS * 8), dtype=np.uint8)
    for i, image in enumerate(test.numpy()):
        top, left = i // COLUMNS * 8, i % COLUMNS * 8
        sheet[top : top + 8, left : left + 8] = image
    write_png(images / "test.png", sheet)
    for digit in range(10):
        index = int((labels == digit).nonzero()[1])
        write_png(images / f"digit-{digit}.png", np.kron(test[index].numpy(), np.ones((8, 8))))
    (HERE / "labels.json").write_text(
        json.dumps(
            {
                "sheet": "images/test.png",
                "size": 8,
                "columns": COLUMNS,
                "count": len(labels),
                "accuracy": round(accuracy, 6),
                "labels": labels.tolist(),
                "predicted": predicted.tolist(),
                "logits": [[round(v, 6) for v in row] for row in logits[:10].tolist()],
            }
        ).replace('], "', '],\n"')
        + "\n"
    )


if __name__ == "__main__":
    main()
