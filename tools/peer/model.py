"""Pocket Genie's dynamics and decoder, laid out the way ONNX Runtime likes them.

The formulas are `docs/model.md`'s, and `tools/reference/reference.py` says what the numbers must be
(`export.py` compares). What differs is only how they are written, in the peer's favour: rows in two
dimensions so that a linear layer is one Gemm, one fused operator for each norm, rotation and
attention, the attention's scale folded into the queries' gain, and everything that doesn't depend on
the input computed beforehand.

Suffixes: F frames, P frames in the cache, N tokens of a frame, R = F·N rows, D width, h heads of d
dimensions, I = h·d.
"""

import math

import torch
import torch.nn.functional as F
from torch.onnx.ops import symbolic

NORM_EPS = 1e-5
GAIN_EPS = 1e-6
# Rows of the rotary table: frames that one play can have. The cache keeps rotated keys, so the table
# is read once a frame, however long it is.
MOST_FRAMES = 4096


def layer_norm(p, x_RD):
    return F.layer_norm(x_RD, (x_RD.shape[-1],), p["gamma"], p["beta"], NORM_EPS)


def linear(p, x_RD):
    return torch.addmm(p["bias"], x_RD, p["weight"])


class Attention:
    """What both attentions of a block share: one Gemm for q, k and v, and the norms of q and k."""

    def __init__(self, p, heads):
        self.p, self.heads = p, heads
        self.head_dim = p["query_gain"].shape[0]
        self.query_gain = p["query_gain"] / math.sqrt(self.head_dim)

    def qkv(self, x_RD):
        q, k, v = linear(self.p.at("qkv"), x_RD).chunk(3, dim=-1)
        return self.rms_norm(q, self.query_gain), self.rms_norm(k, self.p["key_gain"]), v

    def rms_norm(self, x_RI, gain_d):
        x = x_RI.unflatten(-1, (self.heads, self.head_dim))
        x = symbolic(
            "SimplifiedLayerNormalization", (x, gain_d), {"axis": -1, "epsilon": GAIN_EPS},
            dtype=x.dtype, shape=x.shape, version=1,
        )
        return x.flatten(-2)

    def attend(self, q_BSI, k_BSI, v_BSI, bias=None):
        inputs = (q_BSI, k_BSI, v_BSI) + ((None, None, bias) if bias is not None else ())
        return symbolic(
            "com.microsoft::MultiHeadAttention", inputs,
            {"num_heads": self.heads, "scale": 1.0}, dtype=q_BSI.dtype, shape=q_BSI.shape, version=1,
        )

    def rotate(self, x_RI, times_1R, cos, sin):
        return symbolic(
            "com.microsoft::RotaryEmbedding", (x_RI[None], times_1R, cos, sin), {"num_heads": self.heads},
            dtype=x_RI.dtype, shape=(1, *x_RI.shape), version=1,
        )[0]


def rotary_tables(head_dim):
    i = torch.arange(head_dim // 2, dtype=torch.float64)
    angle = torch.arange(MOST_FRAMES)[:, None] * 10000.0 ** (-2 * i / head_dim)
    return angle.cos().float(), angle.sin().float()


class Blocks:
    """The ST transformer over rows."""

    def __init__(self, p, sizes, tokens):
        self.p, self.sizes, self.tokens = p, sizes, tokens
        self.cos, self.sin = rotary_tables(sizes["head_size"])

    def spatial(self, p, x_RD):
        own = Attention(p.at("spatial"), self.sizes["heads"])
        frames = [x.unflatten(0, (-1, self.tokens)) for x in own.qkv(layer_norm(p.at("spatial_norm"), x_RD))]
        return x_RD + linear(own.p.at("out"), own.attend(*frames).flatten(0, 1))

    def feed_forward(self, p, x_RD):
        hidden = F.gelu(linear(p.at("ff_in"), layer_norm(p.at("ff_norm"), x_RD)), approximate="tanh")
        return x_RD + linear(p.at("ff_out"), hidden)

    def cached(self, x_ND, times_1N, unseen_S, past, write_only=False):
        """One frame after the cache's; `past` has keys and values [P,N,I] of each block in turn.

        The keys are rotated by their own time already, so their order is free: the cache is a ring.
        `unseen_S` (S = P + 1) is 0 for frames that are seen, −∞ for places still empty. Returns the rows and the frame's own keys and
        values. With `write_only` the rows aren't needed, so the last block stops at its keys.
        """
        new = []
        for b in range(self.sizes["blocks"]):
            p = self.p.at(f"blocks.{b}")
            x_ND = self.spatial(p, x_ND)
            own = Attention(p.at("temporal"), self.sizes["heads"])
            q, k, v = own.qkv(layer_norm(p.at("temporal_norm"), x_ND))
            q = own.rotate(q, times_1N, self.cos, self.sin)
            k = own.rotate(k, times_1N, self.cos, self.sin)
            new += [k[None], v[None]]
            if write_only and b + 1 == self.sizes["blocks"]:
                return None, new
            seen = self.see(own, q, k, v, past[2 * b], past[2 * b + 1], unseen_S)
            x_ND = x_ND + linear(own.p.at("out"), seen)
            x_ND = self.feed_forward(p, x_ND)
        return layer_norm(self.p.at("norm"), x_ND), new

    def see(self, own, q_NI, k_NI, v_NI, keys_PNI, values_PNI, unseen_S):
        """Attention of one query to P cached frames and its own: products of P·N·I numbers, which a
        batch of N·h products of one row each would only wrap in more steps."""
        heads = (own.heads, own.head_dim)
        q = q_NI.unflatten(-1, heads)
        keys = torch.cat([keys_PNI, k_NI[None]]).unflatten(-1, heads)
        values = torch.cat([values_PNI, v_NI[None]]).unflatten(-1, heads)
        scores_NhS = (q * keys).sum(-1).permute(1, 2, 0) + unseen_S
        weights = scores_NhS.softmax(-1).permute(2, 0, 1)
        return (weights[..., None] * values).sum(0).flatten(-2)

    def window(self, x_RD, frames):
        """Frames 0..F−1, computed anew; rows of the last frame."""
        times_1R = torch.arange(frames).repeat_interleave(self.tokens)[None]
        future = torch.full((1, 1, frames, frames), float("-inf")).triu(1)
        for b in range(self.sizes["blocks"]):
            p = self.p.at(f"blocks.{b}")
            x_RD = self.spatial(p, x_RD)
            own = Attention(p.at("temporal"), self.sizes["heads"])
            q, k, v = own.qkv(layer_norm(p.at("temporal_norm"), x_RD))
            q = own.rotate(q, times_1R, self.cos, self.sin)
            k = own.rotate(k, times_1R, self.cos, self.sin)
            q, k, v = (y.unflatten(0, (frames, self.tokens)).transpose(0, 1) for y in (q, k, v))
            seen = own.attend(q, k, v, bias=future).transpose(0, 1).flatten(0, 1)
            x_RD = x_RD + linear(own.p.at("out"), seen)
            x_RD = self.feed_forward(p, x_RD)
        return layer_norm(self.p.at("norm"), x_RD[-self.tokens:])


class DynamicsCached(torch.nn.Module):
    """Logits [N,K] of one frame, or, with `write`, its keys and values for the cache."""

    def __init__(self, p, sizes, tokens, write):
        super().__init__()
        self.p, self.write = p, write
        self.blocks = Blocks(p.at("transformer"), sizes, tokens)

    def forward(self, tokens_1N, latent_1C, times_1N, unseen_S, past):
        x = self.p["token_embedding"][tokens_1N[0]] + self.p["position"] + linear(self.p.at("action"), latent_1C)
        x, new = self.blocks.cached(x, times_1N, unseen_S, past, write_only=self.write)
        return tuple(new) if self.write else linear(self.p.at("head"), x)


class DynamicsWindow(torch.nn.Module):
    """Logits [N,K] of the last of T frames, with no cache."""

    def __init__(self, p, sizes, tokens):
        super().__init__()
        self.p, self.tokens = p, tokens
        self.blocks = Blocks(p.at("transformer"), sizes, tokens)

    def forward(self, tokens_TN, latents_TC):
        x = self.p["token_embedding"][tokens_TN] + self.p["position"]
        x = x + linear(self.p.at("action"), latents_TC)[:, None]
        x = self.blocks.window(x.flatten(0, 1), tokens_TN.shape[0])
        return linear(self.p.at("head"), x)


class DecoderCached(torch.nn.Module):
    """The frame [H,W,3], clamped to [0,1], of one frame's tokens, and its keys and values."""

    def __init__(self, p, codes_KC, sizes, tokens, height, width, patch):
        super().__init__()
        self.p, self.shape = p, (height // patch, width // patch, patch, patch, 3)
        self.table_KD = codes_KC @ p["embed.weight"] + p["embed.bias"]
        self.blocks = Blocks(p.at("transformer"), sizes, tokens)

    def forward(self, tokens_1N, times_1N, unseen_S, past):
        x = self.table_KD[tokens_1N[0]] + self.p["position"]
        x, new = self.blocks.cached(x, times_1N, unseen_S, past)
        rows, columns, patch, _, _ = self.shape
        pixels = linear(self.p.at("to_patches"), x).reshape(self.shape).permute(0, 2, 1, 3, 4)
        return (pixels.reshape(rows * patch, columns * patch, 3).clamp(0, 1), *new)
