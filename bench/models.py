"""Writes the modules that the figures need beside the tests' fixtures.

    python bench/models.py FOLDER
"""

import sys
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn


class Single(nn.Module):
    """16-16-1: one element, for item()."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 16)
        self.fc2 = nn.Linear(16, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(torch.relu(self.fc1(x)))


class Block(nn.Module):
    """Self-attention and a feed-forward part, both with a residual connection."""

    def __init__(self, size: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(size)
        self.qkv = nn.Linear(size, 3 * size)
        self.out = nn.Linear(size, size)
        self.norm2 = nn.LayerNorm(size)
        self.up = nn.Linear(size, 4 * size)
        self.down = nn.Linear(4 * size, size)

    def forward(self, x: Tensor) -> Tensor:
        n, length, size = x.shape
        parts = self.qkv(self.norm1(x)).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = parts.unbind(0)
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(y.transpose(1, 2).reshape(n, length, size))
        return x + self.down(torch.nn.functional.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    """Two blocks of 64 with 4 heads: [n, length, 64] -> [n, 10]."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(Block(64, 4), Block(64, 4))
        self.head = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(x).mean(1))


class Lstm(nn.Module):
    """Two layers of 64: [n, length, 32] -> [n, 10]."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 64, num_layers=2, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        y, _ = self.lstm(x)
        return self.head(y[:, -1])


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    for name, module in [("single", Single()), ("transformer", Transformer()), ("lstm", Lstm())]:
        torch.jit.save(torch.jit.script(module.eval()), str(folder / f"{name}.pt"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
