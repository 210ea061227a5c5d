"""Python's side of the figures: answers each line of input, a count, with the nanoseconds it took.

    python bench/peer.py forward MODEL SHAPE EXECUTOR    EXECUTOR: profiling (Python's default) or off
    python bench/peer.py fastest MODEL SHAPE             of so many calls; two sizes: ids and a mask
    python bench/peer.py add
"""

import json
import sys
import time
import warnings
from typing import Any, Callable, List

import torch


def answer_lines(loop: Callable[[int], Any]) -> None:
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        count = int(line)
        loop(count // 8)
        start = time.perf_counter_ns()
        loop(count)
        print(json.dumps({"ns": time.perf_counter_ns() - start}), flush=True)


def sizes(shape: str) -> List[int]:
    return [int(size) for size in shape.split("x")]


def fastest(path: str, shape: str) -> None:
    module = torch.jit.load(path).eval()
    of_tokens = len(sizes(shape)) == 2
    x = torch.ones(sizes(shape), dtype=torch.int64 if of_tokens else torch.float32)
    inputs = [x, x] if of_tokens else [x]

    def call() -> int:
        start = time.perf_counter_ns()
        module(*inputs)
        return time.perf_counter_ns() - start

    with torch.inference_mode():
        for _ in range(5):
            call()
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            least = min(call() for _ in range(int(line)))
            print(json.dumps({"ns": least}), flush=True)


def forward(path: str, shape: str, executor: str) -> None:
    module = torch.jit.load(path).eval()
    x = torch.ones(sizes(shape))

    def loop(count: int) -> None:
        for _ in range(count):
            module(x)

    with torch.inference_mode(), torch.jit.optimized_execution(executor == "profiling"):
        answer_lines(loop)


def add() -> None:
    a, b = torch.ones(4), torch.ones(4)

    def loop(count: int) -> None:
        plus = torch.add
        for _ in range(count):
            plus(a, b)

    with torch.no_grad():
        answer_lines(loop)


def main(arguments: List[str]) -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    {"forward": forward, "fastest": fastest, "add": add}[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
