"""Calls of torchvision's operators on random inputs, and detection models it scripted, with what
they gave: cases.pt; layers, detector and fasterrcnn, each .pt and -io.pt, in the folder that is named.
"""

import os
import sys

import torch
import torchvision
from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn
from torchvision.models.detection.faster_rcnn import FasterRCNN, FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.rpn import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign

OPS = torch.ops.torchvision
SEEDS = 12


def generator(seed):
    return torch.Generator().manual_seed(seed)


def boxes(count, size, gen, dtype):
    """Corners of boxes, some of them equal, some without area."""
    start = torch.rand(count, 2, generator=gen, dtype=dtype) * size
    extent = torch.rand(count, 2, generator=gen, dtype=dtype) * size / 2
    corners = torch.cat([start, start + extent], 1)
    if count > 6:
        corners[1] = corners[0]
        corners[2, 2:] = corners[2, :2]
        corners[3] = corners[3].round()
    return corners


def nms_cases(gen, dtype):
    for count in (0, 1, 7, 60, 300):
        scores = torch.rand(count, generator=gen, dtype=dtype)
        if count > 6:
            scores[: count // 2] = (scores[: count // 2] * 4).round() / 4  # ties
        for threshold in (0.0, 0.3, 0.5, 1.0):
            yield "nms", [boxes(count, 20, gen, dtype), scores, threshold]


def rois(count, batch, size, gen, dtype):
    corners = boxes(count, size, gen, dtype) - size / 8  # some begin outside
    if count > 6:
        corners[4] = torch.tensor([size * 3, size * 3, size * 4, size * 4])  # all outside
        corners[5] = corners[5][[2, 3, 0, 1]]  # the end before the start
    place = torch.randint(0, batch, (count, 1), generator=gen).to(dtype)
    return torch.cat([place, corners], 1)


def roi_cases(gen, dtype):
    for count in (0, 1, 9):
        x = torch.randn(2, 12, 13, 17, generator=gen, dtype=dtype)
        for scale, height, width in ((1.0, 2, 3), (0.5, 1, 1), (0.25, 3, 2)):
            r = rois(count, 2, 16 / scale, gen, dtype)
            yield "roi_pool", [x, r, scale, height, width]
            yield "ps_roi_pool", [x, r, scale, height, width]
            for ratio in (-1, 0, 1, 2):
                yield "ps_roi_align", [x, r, scale, height, width, ratio]
                for aligned in (False, True):
                    yield "roi_align", [x, r, scale, height, width, ratio, aligned]


def deform_cases(gen, dtype):
    for groups, offset_groups, use_mask, stride, pad, dilation in (
        (1, 1, False, (1, 1), (0, 0), (1, 1)),
        (1, 1, True, (1, 1), (1, 1), (1, 1)),
        (2, 3, True, (2, 1), (1, 2), (1, 2)),
        (3, 2, False, (1, 2), (2, 1), (2, 1)),
        (6, 6, True, (1, 1), (1, 1), (1, 1)),
    ):
        x = torch.randn(2, 6, 7, 9, generator=gen, dtype=dtype)
        weight = torch.randn(6, 6 // groups, 3, 2, generator=gen, dtype=dtype)
        out = [
            (size + 2 * p - d * (k - 1) - 1) // s + 1
            for size, k, p, d, s in zip((7, 9), (3, 2), pad, dilation, stride)
        ]
        offset = torch.randn(2, offset_groups * 2 * 6, *out, generator=gen, dtype=dtype) * 3
        mask = torch.rand(2, offset_groups * 6, *out, generator=gen, dtype=dtype)
        if not use_mask:
            mask = torch.zeros(2, 1, dtype=dtype)
        bias = torch.randn(6, generator=gen, dtype=dtype)
        yield "deform_conv2d", [
            x, weight, offset, mask, bias, *stride, *pad, *dilation, groups, offset_groups, use_mask,
        ]  # fmt: skip


def rotated_cases(gen, dtype):
    for count, other in ((0, 3), (5, 0), (20, 30)):
        pair = []
        for rows in (count, other):
            rows = torch.rand(rows, 5, generator=gen, dtype=dtype) * 10
            rows[:, 4] = rows[:, 4] * 72 - 360
            pair.append(rows)
        if count == 20:
            pair[1][:6] = pair[0][:6]  # equal,
            pair[1][2:6, 4] += 90  # turned,
            pair[1][4, 2] = 0  # without area,
            pair[1][5, :2] += 100  # far away
            pair[0][6, 4] = 0
            pair[1][6] = torch.cat([pair[0][6, :2], pair[0][6, 2:4] / 2, pair[0][6, 4:]])  # inside
        yield "box_iou_rotated", pair


def all_cases():
    for seed in range(SEEDS):
        for dtype in (torch.float32, torch.float64):
            for source in (nms_cases, rotated_cases, roi_cases, deform_cases):
                yield from source(generator(seed), dtype)


def record(name, args):
    out = getattr(OPS, name)(*args)
    return {"op": name, "args": args, "out": list(out) if isinstance(out, tuple) else [out]}


class Layers(torch.nn.Module):
    """The operators as torchvision's own functions and layers call them."""

    def __init__(self):
        super().__init__()
        self.align = torchvision.ops.RoIAlign((2, 2), 0.5, 2, aligned=True)
        self.pool = torchvision.ops.RoIPool(2, 0.5)
        self.deform = torchvision.ops.DeformConv2d(4, 6, 3, padding=1)
        self.ps = torchvision.ops.PSRoIAlign(2, 0.5, 2)

    def forward(self, x, boxes, scores, offset):
        kept = torchvision.ops.nms(boxes, scores, 0.5)
        batched = torchvision.ops.batched_nms(boxes, scores, torch.arange(len(scores)) % 2, 0.5)
        rois = torch.cat([torch.zeros(len(kept), 1), boxes[kept]], 1)
        regions = self.align(x, rois), self.pool(x, rois), self.ps(x, rois)
        return kept, batched, regions, self.deform(x, offset)


def layers():
    gen = generator(0)
    torch.manual_seed(0)
    module = torch.jit.script(Layers())
    inputs = [
        torch.randn(1, 4, 12, 12, generator=gen),
        boxes(30, 20, gen, torch.float32),
        torch.rand(30, generator=gen),
        torch.randn(1, 18, 12, 12, generator=gen),
    ]
    kept, batched, (align, pool, ps), deform = module(*inputs)
    return module, inputs, [kept, batched, align, pool, ps, deform]


def backbone():
    """Two levels of features, as a pyramid gives them."""

    class Pyramid(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = torch.nn.Conv2d(3, 8, 3, stride=4, padding=1)
            self.fine = torch.nn.Conv2d(8, 16, 3, padding=1)
            self.coarse = torch.nn.Conv2d(16, 16, 3, stride=2, padding=1)
            self.out_channels = 16

        def forward(self, x) -> dict[str, torch.Tensor]:
            fine = torch.relu(self.fine(torch.relu(self.stem(x))))
            return {"0": fine, "1": torch.relu(self.coarse(fine))}

    return Pyramid()


def small_detector():
    """A Faster R-CNN with all its parts, of a few kilobytes."""
    return FasterRCNN(
        backbone(),
        min_size=64,
        max_size=96,
        rpn_anchor_generator=AnchorGenerator(((8,), (16,)), ((0.5, 1.0, 2.0),) * 2),
        box_roi_pool=MultiScaleRoIAlign(["0", "1"], output_size=3, sampling_ratio=2),
        box_head=TwoMLPHead(16 * 9, 32),
        box_predictor=FastRCNNPredictor(32, 4),
        box_score_thresh=0.01,
    )


def published_detector():
    """The architecture that torchvision publishes, without its weights, for small images."""
    return fasterrcnn_mobilenet_v3_large_320_fpn(
        weights=None,
        weights_backbone=None,
        num_classes=5,
        min_size=96,
        max_size=128,
        box_score_thresh=0.01,
        rpn_score_thresh=0.0,
    )


def record_detector(make, name, folder):
    torch.manual_seed(0)
    module = torch.jit.script(make().eval())
    images = [torch.rand(3, 60, 80, generator=generator(1)), torch.rand(3, 90, 70, generator=generator(2))]
    losses, detections = module(images)
    assert all(len(found["boxes"]) > 0 for found in detections), "nothing was detected"
    module.save(os.path.join(folder, name + ".pt"))
    io = {"images": images, "losses": losses, "detections": detections}
    torch.save(io, os.path.join(folder, name + "-io.pt"))


def main(folder):
    torch.save([record(*case) for case in all_cases()], os.path.join(folder, "cases.pt"))
    module, inputs, outputs = layers()
    module.save(os.path.join(folder, "layers.pt"))
    torch.save({"inputs": inputs, "outputs": outputs}, os.path.join(folder, "layers-io.pt"))
    record_detector(small_detector, "detector", folder)
    record_detector(published_detector, "fasterrcnn", folder)


if __name__ == "__main__":
    main(sys.argv[1])
