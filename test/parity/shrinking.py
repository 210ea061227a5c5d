"""Modules to shrink, scripted and traced: FOLDER gets NAME.pt and NAME-traced.pt for each. Or what
Python's own run of a saved module gives for ones.

    shrinking.py FOLDER
    shrinking.py FILE SHAPE
"""

import json
import sys
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

warnings.simplefilter("ignore")


def norm(channels):
    layer = nn.BatchNorm2d(channels)
    for tensor in (layer.running_mean, layer.weight.data, layer.bias.data):
        tensor.normal_()
    layer.running_var.uniform_(0.5, 2)
    return layer


def vgg():
    """Nothing is padded behind the first layer, so that every constant can be absorbed."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        norm(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, bias=False),
        norm(12),
        nn.SiLU(inplace=True),
        nn.Conv2d(12, 10, 1),
        nn.AvgPool2d(2),
        nn.Sigmoid(),
        nn.Flatten(),
        nn.Linear(10 * 3 * 3, 16),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(16, 4),
    )


class LeNet(nn.Module):
    """Functions instead of layers, and a view."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.conv2 = nn.Conv2d(6, 8, 3, padding=1, padding_mode="reflect")
        self.fc1 = nn.Linear(8 * 3 * 3, 10)
        self.fc2 = nn.Linear(10, 4)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(torch.tanh(self.conv2(x) + 1), 2)
        x = F.relu(self.fc1(x.view(x.size(0), -1)))
        return self.fc2(x)


class Residual(nn.Module):
    """The channels inside can go, those that are added cannot."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.conv1 = nn.Conv2d(6, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 6, 3, padding=1)
        self.twice = nn.Linear(6, 6)
        self.fc = nn.Linear(6, 4)

    def forward(self, x):
        x = F.relu(self.stem(x))
        x = F.relu(self.conv2(F.relu(self.conv1(x))) + x)
        x = x.mean([2, 3])
        return self.fc(self.twice(self.twice(x)))


class Tails(nn.Module):
    """What is not known: softmax, groups, a concatenation, a branch."""

    def __init__(self):
        super().__init__()
        self.soft = nn.Conv2d(3, 4, 1)
        self.next = nn.Conv2d(4, 4, 1)
        self.depthwise = nn.Conv2d(4, 4, 3, groups=4)
        self.left = nn.Conv2d(4, 4, 1)
        self.right = nn.Conv2d(4, 4, 1)
        self.last = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        x = self.next(torch.softmax(self.soft(x), 1))
        x = self.depthwise(x)
        return self.last(torch.cat([self.left(x), self.right(x)], 1))


def main(folder):
    for make in (vgg, LeNet, Residual, Tails):
        torch.manual_seed(0)
        model = make().eval()
        name = make.__name__.lower()
        torch.jit.script(model).save(str(folder / f"{name}.pt"))
        traced = torch.jit.trace(model, torch.randn(2, 3, 16, 16))
        traced.save(str(folder / f"{name}-traced.pt"))


if len(sys.argv) == 2:
    main(Path(sys.argv[1]))
else:
    loaded = torch.jit.load(sys.argv[1])
    with torch.no_grad():
        print(json.dumps(loaded(torch.ones(json.loads(sys.argv[2]))).flatten().tolist()))
