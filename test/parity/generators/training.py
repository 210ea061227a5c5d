"""Trains a TorchScript module in Python, and prints its losses; checks what Node saved.

    python test/parity/generators/training.py train MODEL
    python test/parity/generators/training.py check SAVED

Losses of 20 steps with dropout and batch norm, from one seed; logits of a saved module.
"""

import json
import sys

import torch
import torch.nn.functional as F


def batch():
    x = torch.arange(16 * 64, dtype=torch.float32).reshape(16, 8, 8).mul(0.37).sin().add(1).div(2)
    return x, torch.arange(16) % 10


def train(path: str) -> dict:
    model = torch.jit.load(path).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    x, y = batch()
    torch.manual_seed(3)
    losses = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    x = x.clone().requires_grad_()
    model.eval()(x, 2.0).square().sum().backward()
    return {"losses": losses, "inputGradient": x.grad.flatten().tolist()}


def check(path: str) -> dict:
    model = torch.jit.load(path)
    x, _ = batch()
    with torch.inference_mode():
        logits = model(x).flatten().tolist()
    return {
        "training": model.training,
        "logits": logits,
        "requiresGrad": [p.requires_grad for p in model.parameters()],
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(json.dumps({"train": train, "check": check}[sys.argv[1]](sys.argv[2])))
