"""ResNet-18 and ResNet-50 as published: https://arxiv.org/abs/1512.03385, the strides of ResNet-50's
bottlenecks in their 3x3 convolutions."""

from typing import List, Type

import torch
from torch import Tensor, nn


def convolve(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        fits = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if fits else convolve(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


class Basic(Residual):
    growth = 1

    def __init__(self, inputs: int, width: int, stride: int):
        super().__init__(inputs, width, stride)
        self.body = nn.Sequential(
            convolve(inputs, width, 3, stride), nn.ReLU(), convolve(width, width, 3)
        )


class Bottleneck(Residual):
    growth = 4

    def __init__(self, inputs: int, width: int, stride: int):
        super().__init__(inputs, 4 * width, stride)
        self.body = nn.Sequential(
            convolve(inputs, width, 1),
            nn.ReLU(),
            convolve(width, width, 3, stride),
            nn.ReLU(),
            convolve(width, 4 * width, 1),
        )


class ResNet(nn.Module):
    """[n, 3, 224, 224] -> [n, 1000]."""

    def __init__(self, block: Type[Residual], depths: List[int]):
        super().__init__()
        self.stem = nn.Sequential(convolve(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        stages = []
        inputs = 64
        for stage, depth in enumerate(depths):
            width = 64 << stage
            for i in range(depth):
                stages.append(block(inputs, width, 2 if i == 0 and stage > 0 else 1))
                inputs = width * block.growth
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(inputs, 1000)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.pool(self.stages(self.stem(x))).flatten(1))


def resnet18() -> ResNet:
    return ResNet(Basic, [2, 2, 2, 2])


def resnet50() -> ResNet:
    return ResNet(Bottleneck, [3, 4, 6, 3])
