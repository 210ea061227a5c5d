"""Writes tensors.json: tensors, how PyTorch prints them, and what its operators answer.

    python test/parity/generators/tensors.py FOLDER

`scripts/fixtures.mjs` runs it for the tests, with the pinned LibTorch's own Python package.
"""

import json
import sys
import warnings
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent.parent / "fixtures")]

import operators  # noqa: E402
from dtypes import dtypes  # noqa: E402
from printing import printing  # noqa: E402


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    goldens = {
        "torch": torch.__version__,
        "printing": printing(),
        "dtypes": dtypes(),
        "factories": operators.factories(),
        "random": operators.random_numbers(),
        "shapes": operators.shapes(),
        "conversions": operators.conversions(),
        "items": operators.items(),
        "comparisons": operators.comparisons(),
    }
    (folder / "tensors.json").write_text(json.dumps(goldens) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
