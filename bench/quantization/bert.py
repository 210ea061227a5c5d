"""BERT's encoder as published, https://arxiv.org/abs/1810.04805, with the names of its weights."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass
class Config:
    layers: int
    size: int
    heads: int
    words: int = 30522
    places: int = 512


BASE = Config(layers=12, size=768, heads=12)
MINILM_6 = Config(layers=6, size=384, heads=12)


class Embeddings(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.word_embeddings = nn.Embedding(config.words, config.size, padding_idx=0)
        self.position_embeddings = nn.Embedding(config.places, config.size)
        self.token_type_embeddings = nn.Embedding(2, config.size)
        self.LayerNorm = nn.LayerNorm(config.size, eps=1e-12)

    def forward(self, ids: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.word_embeddings(ids) + self.token_type_embeddings(torch.zeros_like(ids))
        return self.LayerNorm(x + self.position_embeddings(places))


class SelfAttention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        self.query = nn.Linear(config.size, config.size)
        self.key = nn.Linear(config.size, config.size)
        self.value = nn.Linear(config.size, config.size)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return y.transpose(1, 2).flatten(2)


class Output(nn.Module):
    def __init__(self, inputs: int, size: int):
        super().__init__()
        self.dense = nn.Linear(inputs, size)
        self.LayerNorm = nn.LayerNorm(size, eps=1e-12)

    def forward(self, x: Tensor, residual: Tensor) -> Tensor:
        return self.LayerNorm(self.dense(x) + residual)


class Layer(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.attention = nn.ModuleDict(
            {"self": SelfAttention(config), "output": Output(config.size, config.size)}
        )
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(config.size, 4 * config.size)})
        self.output = Output(4 * config.size, config.size)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.attention["output"](self.attention["self"](x, mask), x)
        return self.output(F.gelu(self.intermediate["dense"](x)), x)


class Bert(nn.Module):
    """Ids [n, length] and their mask -> [n, length, size]; 0 in the mask is padding."""

    def __init__(self, config: Config):
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = nn.ModuleDict(
            {"layer": nn.ModuleList(Layer(config) for _ in range(config.layers))}
        )
        self.pooler = nn.ModuleDict({"dense": nn.Linear(config.size, config.size)})

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        bias = (mask[:, None, None, :] == 0).to(torch.float32) * -1e9
        x = self.embeddings(ids)
        for layer in self.encoder["layer"]:
            x = layer(x, bias)
        return x


class WithPooler(nn.Module):
    """What BERT's first token says about all."""

    def __init__(self, bert: Bert):
        super().__init__()
        self.bert = bert

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return torch.tanh(self.bert.pooler["dense"](self.bert(ids, mask)[:, 0]))


class SentenceEncoder(nn.Module):
    """The mean of the tokens, of length 1: [n, size]."""

    def __init__(self, bert: Bert):
        super().__init__()
        self.bert = bert

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        weights = mask[:, :, None].to(torch.float32)
        total = (self.bert(ids, mask) * weights).sum(1) / weights.sum(1)
        return F.normalize(total, dim=1)


def trace(module: nn.Module, length: int = 32) -> torch.jit.ScriptModule:
    ids = torch.randint(1, 1000, (1, length))
    with torch.no_grad():
        return torch.jit.trace(module.eval(), (ids, torch.ones_like(ids)))
