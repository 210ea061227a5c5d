"""Calls of functions that need Python and have no entry, or too few samples, in the database."""

import math

import torch
import torch.nn.functional as F


def rand(*shape, dtype=torch.float32):
    return torch.testing.make_tensor(shape, dtype=dtype, device="cpu", low=-2, high=2)


def of_nn(name, *args, **kwargs):
    return "nn.functional", name, getattr(F, name), list(args), kwargs


def of_torch(name, *args, **kwargs):
    return "torch", name, getattr(torch, name), list(args), kwargs


def index(tensor, *indices):
    return "method", "index", lambda x, items: x[tuple(items)], [tensor, list(indices)], {}


def index_put(tensor, indices, values, **kwargs):
    def call(x, items, value, accumulate=False):
        if accumulate:
            return x.index_put_(tuple(items), value, accumulate=True)
        x[tuple(items)] = value
        return x

    return "method", "index_put_", call, [tensor.clone(), list(indices), values], kwargs


torch.manual_seed(3)
X2, X3, X4, X5 = rand(3, 4), rand(2, 3, 8), rand(2, 3, 8, 6), rand(1, 2, 6, 6, 4)
MASK = torch.tensor([[True, False, True, True], [False] * 4, [True, True, False, True]])
INTS = torch.tensor([2, 0, 1])
ALL = slice(None)


def activations():
    yield of_nn("sigmoid", X2)
    yield of_nn("tanh", X2)
    yield of_nn("softmax", X2, dim=1)
    yield of_nn("softmax", X3)
    yield of_nn("softmax", X2, dim=0, dtype=torch.float64)
    yield of_nn("log_softmax", X2, dim=1)
    yield of_nn("log_softmax", X2)
    yield of_nn("softmin", X3)
    yield of_nn("gumbel_softmax", X2, tau=0.7)
    yield of_nn("gumbel_softmax", X2, hard=True, dim=0)
    yield of_nn("threshold", X2, 0.5, 9.0)
    yield of_nn("leaky_relu", X2, negative_slope=0.3)
    for name in "relu relu6 selu silu mish hardswish hardsigmoid elu celu leaky_relu".split():
        yield of_nn(name, X2.clone(), inplace=True)


def dropouts():
    for name in ("dropout", "alpha_dropout"):
        yield of_nn(name, X2, p=0.3, training=True)
        yield of_nn(name, X2.clone(), p=0.3, training=True, inplace=True)
    yield of_nn("dropout", X2)
    yield of_nn("dropout", X2, p=0.5, training=False)
    for name, inputs in {
        "dropout1d": [X3, X2],
        "dropout2d": [X4],
        "dropout3d": [X5, X4],
        "feature_alpha_dropout": [X4],
    }.items():
        for tensor in inputs:
            yield of_nn(name, tensor, p=0.4, training=True)


def pooling():
    yield of_nn("lp_pool1d", X3.abs(), 2.0, 3, stride=2)
    yield of_nn("lp_pool1d", X3, math.inf, 2)
    yield of_nn("lp_pool2d", X4.abs(), 3.0, (2, 3), ceil_mode=True)
    yield of_nn("lp_pool2d", X4, -math.inf, 2)
    yield of_nn("lp_pool3d", X5.abs(), 2.0, 2)
    yield of_nn("adaptive_avg_pool2d", X4, (None, 3))
    yield of_nn("adaptive_max_pool2d", X4, (3, None))
    for size in ({"output_size": (3, 2)}, {"output_ratio": (0.5, 0.4)}):
        yield of_nn("fractional_max_pool2d", X4, 2, **size)
        yield of_nn("fractional_max_pool2d", X4, 2, return_indices=True, **size)
    yield of_nn("fractional_max_pool3d", X5, 2, output_ratio=(0.5, 0.4, 0.5))


def layers():
    table, ids = rand(10, 4), torch.tensor([[1, 2, 9], [4, 4, 0]])
    yield of_nn("embedding", ids, table)
    yield of_nn("embedding", ids, table.clone(), padding_idx=-1, max_norm=1.0)
    for mode in ("sum", "mean", "max"):
        yield of_nn("embedding_bag", ids, table, mode=mode)
        offsets = torch.tensor([0, 2])
        yield of_nn("embedding_bag", ids.reshape(-1), table, offsets=offsets, mode=mode)
    yield of_nn("embedding_bag", ids, table, mode="sum", per_sample_weights=rand(2, 3))
    yield of_nn("embedding_bag", ids, table, padding_idx=4, max_norm=0.8)
    yield of_nn("fold", rand(1, 12, 9), (4, 4), 2)
    yield of_nn("fold", rand(1, 12, 9), (5, 6), (2, 2), dilation=2, padding=1, stride=(2, 2))
    yield of_nn("affine_grid", rand(2, 2, 3), [2, 3, 4, 5])
    yield of_nn("affine_grid", rand(2, 3, 4), [2, 1, 3, 4, 5], align_corners=True)
    yield of_nn("upsample", X4, scale_factor=2)
    yield of_nn("upsample", X3, size=5, mode="linear", align_corners=True)
    yield of_nn("interpolate", X4, scale_factor=(1.5, 0.7), mode="bilinear", antialias=True)
    yield of_nn("interpolate", X4, size=(5, 9), mode="bicubic", antialias=True)
    yield of_nn("interpolate", X4, size=(5, 9), mode="lanczos", antialias=True)
    yield of_nn("interpolate", X4, scale_factor=1.7, recompute_scale_factor=True)
    yield of_nn("instance_norm", X3, running_mean=rand(3), running_var=rand(3).abs())
    yield of_nn("triplet_margin_with_distance_loss", X2, rand(3, 4), rand(3, 4), swap=True)
    yield of_nn("gaussian_nll_loss", X2, rand(3, 4), 0.5, full=True)
    for name in ("l1_loss", "mse_loss", "huber_loss"):
        for reduction in ("none", "mean", "sum"):
            weight = rand(3, 4).abs()
            yield of_nn(name, X2, rand(3, 4), reduction=reduction, weight=weight)


def attention():
    features, heads = 6, 2
    weights = [rand(18, features), rand(18), None, None, False, 0.0, rand(features, features), None]
    inputs = [rand(5, 3, features), rand(4, 3, features), rand(4, 3, features)]
    head = [*inputs, features, heads]
    same = [inputs[0]] * 3 + [features, heads]
    name = "multi_head_attention_forward"
    yield of_nn(name, *head, *weights)
    yield of_nn(name, *same, *weights)
    yield of_nn(name, *head, *weights, need_weights=False)
    yield of_nn(name, *head, *weights, average_attn_weights=False)
    padding = torch.tensor([[False, False, True, True]] * 3)
    causal = torch.ones(5, 4, dtype=torch.bool).triu(1)
    for needs in (True, False):
        masks = {"key_padding_mask": padding, "attn_mask": causal, "need_weights": needs}
        yield of_nn(name, *head, *weights, **masks)
        yield of_nn(name, *head, *weights, attn_mask=causal, need_weights=needs)
    square = torch.ones(5, 5, dtype=torch.bool).triu(1)
    options = {"attn_mask": square, "is_causal": True, "need_weights": False}
    yield of_nn(name, *same, *weights, **options)
    extra = [*weights[:2], rand(1, 1, features), rand(1, 1, features), True, *weights[5:]]
    yield of_nn(name, *head, *extra, key_padding_mask=padding)
    yield of_nn(name, *head, *extra, attn_mask=causal, need_weights=False)
    unbatched = [tensor[:, 0] for tensor in inputs] + [features, heads]
    yield of_nn(name, *unbatched, *weights)
    yield of_nn(name, *unbatched, *weights, key_padding_mask=padding[0])
    separate = {f"{part}_proj_weight": rand(features, features) for part in "qkv"}
    yield of_nn(name, *head, None, *weights[1:], use_separate_proj_weight=True, **separate)


def sums_and_norms():
    a, b, c = rand(2, 3), rand(3, 4), rand(4, 2)
    yield of_torch("einsum", "ij,jk->ik", a, b)
    yield of_torch("einsum", "ij,jk,kl->il", a, b, c)
    yield of_torch("einsum", "...ij,...jk", rand(5, 2, 3), rand(5, 3, 2))
    yield of_torch("einsum", "ii->i", rand(3, 3))
    yield of_torch("einsum", "bn,anm,bm->ba", rand(2, 5), rand(3, 5, 4), rand(2, 4))
    yield of_torch("chain_matmul", a, b, c)
    for p in ("fro", "nuc", 1, 2, 3.5, math.inf, -math.inf, 0):
        yield of_torch("norm", X2, p)
    yield of_torch("norm", X3, "fro", dim=(1, 2), keepdim=True)
    yield of_torch("norm", X3, "nuc", dim=(0, 2))
    yield of_torch("norm", X3, 2, dim=1, dtype=torch.float64)
    yield of_torch("svd_lowrank", rand(9, 6), q=3)
    yield of_torch("svd_lowrank", rand(5, 8), q=2, M=rand(1, 8))
    yield of_torch("pca_lowrank", rand(9, 6), q=3)
    yield of_torch("pca_lowrank", rand(9, 6), q=3, center=False)
    yield of_torch("nonzero", MASK)
    yield of_torch("nonzero", MASK, as_tuple=True)
    yield of_torch("cdist", rand(3, 2), rand(4, 2), p=1.0)
    yield of_torch("cdist", rand(3, 2), rand(4, 2), compute_mode="use_mm_for_euclid_dist")


def indexing():
    yield index(X4, 0)
    yield index(X4, -1, 2)
    yield index(X4, slice(0, 1), None, ALL, slice(1, -1, 2))
    yield index(X4, Ellipsis, 0)
    yield index(X4, 0, Ellipsis, None)
    yield index(X4, None, Ellipsis)
    yield index(X4, Ellipsis)
    yield index(X2, MASK)
    yield index(X2, slice(0, 2), None, torch.tensor([True, False, True, False]))
    yield index(X2, INTS)
    yield index(X2, ALL, INTS)
    yield index(X2, INTS, INTS)
    yield index(X4, 0, INTS, ALL, torch.tensor([1, 0, 5]))
    yield index(X4, INTS[1:], None, ALL, INTS[1:])
    yield index(X4, INTS[1:, None] % 2, INTS)
    yield index(X2, [0, 2])
    yield index(X2, ALL, [[0, 1], [2, 3]])
    yield index(X2, True)
    yield index(X2, False)
    yield index(X2, True, 0)
    yield index(X2, torch.tensor(1))
    yield index(X2, torch.tensor(True))
    yield index(X2, torch.tensor([], dtype=torch.int64))
    yield index(torch.tensor(5.0), None)
    yield index(torch.tensor(5.0), True)
    yield index_put(X2, [0], 7.0)
    yield index_put(X2, [ALL, slice(1, 3)], rand(3, 2))
    yield index_put(X2, [ALL, 1], rand(1, 3))
    yield index_put(X2, [MASK], 0.5)
    yield index_put(X2, [INTS], rand(4))
    yield index_put(X2, [INTS, INTS], rand(3))
    yield index_put(X4, [0, Ellipsis, INTS], -1)
    yield index_put(X2, [Ellipsis], 3)
    yield index_put(X2, [torch.tensor([0, 0, 1])], rand(3, 4), accumulate=True)


PARTS = [activations, dropouts, pooling, layers, attention, sums_and_norms, indexing]
CASES = [case for part in PARTS for case in part()]
