"""Writes golden.json: what PyTorch's own Python answers for every window of the recordings.

Needs Python 3.10 or later with torch 2.13 and numpy, and the files that setup.mjs fetches:

    node examples/voice-activity/setup.mjs
    python examples/voice-activity/golden.py

The samples are computed here exactly as in audio.mjs, which is why their hash is in the file.
"""

import hashlib
import json
import wave
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".cache" / "voice-activity"
RATE, WINDOW = 16_000, 512
RECORDINGS = [
    "Front_Left.wav",
    "Front_Center.wav",
    "Noise.wav",
    "Front_Right.wav",
    "Rear_Left.wav",
    "Side_Right.wav",
]


def read(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2), path
        step = file.getframerate() // RATE
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    sums = samples[: len(samples) // step * step].reshape(-1, step).astype(np.int64).sum(1)
    return (sums / (32_768 * step)).astype(np.float32)


def main() -> None:
    torch.set_num_threads(1)
    signal = np.concatenate([read(CACHE / name) for name in RECORDINGS])
    count = -(-len(signal) // WINDOW)
    samples = np.zeros((count, WINDOW), np.float32)
    samples.reshape(-1)[: len(signal)] = signal
    model = torch.jit.load(str(CACHE / "silero_vad.jit"))
    model.reset_states()
    with torch.inference_mode():
        outputs = [model(torch.from_numpy(row)[None], RATE).item() for row in samples]
    golden = {
        "torch": torch.__version__,
        "samples": {"length": len(signal), "sha256": hashlib.sha256(samples.tobytes()).hexdigest()},
        "model": hashlib.sha256((CACHE / "silero_vad.jit").read_bytes()).hexdigest(),
        "probabilities": [float(f"{value:.9g}") for value in outputs],
    }
    (HERE / "golden.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
