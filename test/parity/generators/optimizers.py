"""Prints as JSON what PyTorch's optimizers do in 20 steps with given options, and saves their states.

    python test/parity/generators/optimizers.py FOLDER < cases.json

A case is { name, optimizer, options, groups?, dtype? }: options by PyTorch's names, for two
parameters; the loss is a fixed function of both, with a schedule of its own.
"""

import json
import sys
from pathlib import Path

import torch

STEPS = 20


def start(dtype: torch.dtype):
    a = torch.linspace(-1, 1, 12, dtype=torch.float64).reshape(3, 4).to(dtype)
    b = torch.linspace(0.5, 2, 4, dtype=torch.float64).to(dtype)
    return a.requires_grad_(), b.requires_grad_()


def loss_of(a: torch.Tensor, b: torch.Tensor, step: int) -> torch.Tensor:
    return ((a * b).tanh() * (step + 1) + a * a).sum() + (b * b * b).sum() * 0.1


def run(case: dict, folder: Path) -> dict:
    a, b = start(getattr(torch, case.get("dtype", "float32")))
    params = [a, b]
    if "groups" in case:
        params = [{"params": [p], **o} for p, o in zip(params, case["groups"])]
    make = getattr(torch.optim, case["optimizer"])
    optimizer = make(params, foreach=False, **case["options"])
    rows = []
    for step in range(STEPS):
        if step == 10:
            torch.save(optimizer.state_dict(), folder / f"{case['name']}.pth")
        optimizer.zero_grad()
        loss_of(a, b, step).backward()
        if case.get("clip") is not None:
            torch.nn.utils.clip_grad_norm_([a, b], case["clip"])
        optimizer.step()
        rows.append([p.detach().double().flatten().tolist() for p in (a, b)])
    return {"name": case["name"], "steps": rows}


def schedule(case: dict) -> list:
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=case["lr"])
    scheduler = getattr(torch.optim.lr_scheduler, case["scheduler"])(optimizer, **case["options"])
    rates = []
    for _ in range(case["epochs"]):
        optimizer.step()
        scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def main(folder: Path) -> None:
    given = json.load(sys.stdin)
    torch.set_num_threads(1)
    print(
        json.dumps(
            {
                "cases": [run(case, folder) for case in given["cases"]],
                "schedules": [schedule(case) for case in given["schedules"]],
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
