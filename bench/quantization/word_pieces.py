"""BERT's uncased tokens: https://arxiv.org/abs/1609.08144, the longest piece first."""

import re
import unicodedata
from pathlib import Path
from typing import List, Tuple

import torch
from torch import Tensor


class WordPieces:
    def __init__(self, vocabulary: Path):
        lines = vocabulary.read_text(encoding="utf-8").splitlines()
        self.ids = {piece: i for i, piece in enumerate(lines)}

    def _word(self, word: str) -> List[int]:
        found, start = [], 0
        while start < len(word):
            end = len(word)
            mark = "##" if start > 0 else ""
            while end > start and mark + word[start:end] not in self.ids:
                end -= 1
            if end == start:
                return [self.ids["[UNK]"]]
            found.append(self.ids[mark + word[start:end]])
            start = end
        return found

    def encode(self, text: str) -> List[int]:
        plain = unicodedata.normalize("NFD", text.lower())
        plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        words = re.findall(r"\w+|[^\w\s]", plain)
        inner = [i for word in words for i in self._word(word)]
        return [self.ids["[CLS]"], *inner, self.ids["[SEP]"]]

    def batch(self, texts: List[str]) -> Tuple[Tensor, Tensor]:
        """Ids and their mask, filled up with zeros."""
        rows = [self.encode(text) for text in texts]
        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
        return ids, (ids != 0).long()
