"""Pocket Genie's network in PyTorch, written from docs/model.md alone.

It is a definition, not a trainer: plain functions over a dictionary of named parameters, with no
fused operation, so that every line can be held against a line of the document.

Suffixes of names give shapes: B batch, T frames, N tokens of a frame, D width, h heads of d
dimensions, I = h·d, C dimensions of a code, K codes.
"""

import math
from dataclasses import dataclass

import torch

NORM_EPS = 1e-5
GAIN_EPS = 1e-6
UNIT_EPS = 1e-6
COMMITMENT = 0.25
CHANNELS = 3


# --- Parameters -----------------------------------------------------------------------------------


class Params(dict):
    """Named tensors; `at` is the part below a prefix, as a module sees its own parameters."""

    def at(self, prefix):
        start = prefix + "."
        return Params({k[len(start):]: v for k, v in self.items() if k.startswith(start)})


def under(prefix, shapes):
    return {f"{prefix}.{name}": shape for name, shape in shapes.items()}


def linear_shapes(inputs, outputs):
    return {"weight": (inputs, outputs), "bias": (outputs,)}


def norm_shapes(width):
    return {"gamma": (width,), "beta": (width,)}


# --- Layers ---------------------------------------------------------------------------------------


def linear(p, x):
    return x @ p["weight"] + p["bias"]


def layer_norm(p, x):
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + NORM_EPS) * p["gamma"] + p["beta"]


def gelu(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


# --- Attention ------------------------------------------------------------------------------------


def split_heads(qkv_BTN3I, q_gain_d, k_gain_d):
    """The last dimension `[q | k | v]`, head-major, as three [B,T,N,h,d]; q and k normalised."""
    d = q_gain_d.shape[0]
    q, k, v = (x.unflatten(-1, (-1, d)) for x in qkv_BTN3I.chunk(3, dim=-1))

    def norm(x, gain):
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + GAIN_EPS) * gain

    return norm(q, q_gain_d), norm(k, k_gain_d), v


def rotate(x_BTNhd, times_T):
    """Rotary time: the pair (x_i, x_{i+d/2}) turns by t · 10000^(−2i/d)."""
    d = x_BTNhd.shape[-1]
    i = torch.arange(d // 2, dtype=torch.float64)
    angle = times_T.to(torch.float64)[:, None] * 10000.0 ** (-2 * i / d)
    cos = torch.cos(angle).to(x_BTNhd.dtype)[None, :, None, None, :]
    sin = torch.sin(angle).to(x_BTNhd.dtype)[None, :, None, None, :]
    a, b = x_BTNhd[..., : d // 2], x_BTNhd[..., d // 2 :]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


def spatial_attention(qkv_BTN3I, q_gain_d, k_gain_d):
    q, k, v = split_heads(qkv_BTN3I, q_gain_d, k_gain_d)
    scores = torch.einsum("btnhd,btmhd->bthnm", q, k) / math.sqrt(q.shape[-1])
    return torch.einsum("bthnm,btmhd->btnhd", scores.softmax(-1), v).flatten(-2)


def temporal_attention(qkv_BTN3I, q_gain_d, k_gain_d, first_time=0):
    q, k, v = split_heads(qkv_BTN3I, q_gain_d, k_gain_d)
    T = q.shape[1]
    times = torch.arange(first_time, first_time + T)
    q, k = rotate(q, times), rotate(k, times)
    scores = torch.einsum("btnhd,bsnhd->bnhts", q, k) / math.sqrt(q.shape[-1])
    future = torch.ones(T, T, dtype=torch.bool).triu(1)
    scores = scores.masked_fill(future, -math.inf)
    return torch.einsum("bnhts,bsnhd->btnhd", scores.softmax(-1), v).flatten(-2)


# --- ST transformer -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Transformer:
    width: int
    blocks: int
    heads: int
    head_dim: int

    def block_shapes(self):
        inner = self.heads * self.head_dim
        shapes = {}
        for attention in ("spatial", "temporal"):
            shapes |= under(f"{attention}_norm", norm_shapes(self.width))
            shapes |= under(f"{attention}.qkv", linear_shapes(self.width, 3 * inner))
            shapes |= {f"{attention}.query_gain": (self.head_dim,)}
            shapes |= {f"{attention}.key_gain": (self.head_dim,)}
            shapes |= under(f"{attention}.out", linear_shapes(inner, self.width))
        shapes |= under("ff_norm", norm_shapes(self.width))
        shapes |= under("ff_in", linear_shapes(self.width, 4 * self.width))
        shapes |= under("ff_out", linear_shapes(4 * self.width, self.width))
        return shapes

    def shapes(self):
        shapes = {}
        for i in range(self.blocks):
            shapes |= under(f"blocks.{i}", self.block_shapes())
        return shapes | under("norm", norm_shapes(self.width))

    def __call__(self, p, x_BTND):
        for i in range(self.blocks):
            x_BTND = st_block(p.at(f"blocks.{i}"), x_BTND)
        return layer_norm(p.at("norm"), x_BTND)


def st_block(p, x_BTND):
    for name, attend in (("spatial", spatial_attention), ("temporal", temporal_attention)):
        own = p.at(name)
        qkv = linear(own.at("qkv"), layer_norm(p.at(f"{name}_norm"), x_BTND))
        x_BTND = x_BTND + linear(own.at("out"), attend(qkv, own["query_gain"], own["key_gain"]))
    hidden = gelu(linear(p.at("ff_in"), layer_norm(p.at("ff_norm"), x_BTND)))
    return x_BTND + linear(p.at("ff_out"), hidden)


# --- Patches --------------------------------------------------------------------------------------


def to_patches(frames_BTHW3, patch):
    B, T, H, W, _ = frames_BTHW3.shape
    x = frames_BTHW3.reshape(B, T, H // patch, patch, W // patch, patch, CHANNELS)
    return x.permute(0, 1, 2, 4, 3, 5, 6).reshape(B, T, -1, patch * patch * CHANNELS)


def from_patches(patches_BTNF, patch, height, width):
    B, T = patches_BTNF.shape[:2]
    x = patches_BTNF.reshape(B, T, height // patch, width // patch, patch, patch, CHANNELS)
    return x.permute(0, 1, 2, 4, 3, 5, 6).reshape(B, T, height, width, CHANNELS)


# --- Quantisers -----------------------------------------------------------------------------------
# Each gives (code with a straight-through gradient, index, loss, margin). The margin says how far
# the nearest call was from a tie: vectors with a small one would test rounding, not the formula.


def unit(x):
    return x / torch.sqrt((x * x).sum(-1, keepdim=True) + UNIT_EPS)


@dataclass(frozen=True)
class VQ:
    codes: int
    code_dim: int

    def shapes(self):
        return {"codebook": (self.codes, self.code_dim)}

    def __call__(self, p, z):
        z_unit, codebook = unit(z), unit(p["codebook"])
        similarity = z_unit @ codebook.T
        best = similarity.detach().topk(2, dim=-1).values
        index = similarity.argmax(-1)
        code = codebook[index]
        to_code = ((z_unit.detach() - code) ** 2).mean()
        to_input = ((z_unit - code.detach()) ** 2).mean()
        straight = z_unit + (code - z_unit).detach()
        margin = (best[..., 0] - best[..., 1]).min().item()
        return straight, index, to_code + COMMITMENT * to_input, margin


@dataclass(frozen=True)
class FSQ:
    levels: tuple

    @property
    def code_dim(self):
        return len(self.levels)

    def shapes(self):
        return {}

    def __call__(self, p, z):
        levels = torch.tensor(self.levels, dtype=torch.int64)
        half = ((levels - 1).to(torch.float64) * (1 + 1e-3) / 2).to(z.dtype)
        offset = torch.where(levels % 2 == 0, 0.5, 0.0).to(z.dtype)
        shift = torch.atanh(offset / half)
        bounded = torch.tanh(z + shift) * half - offset
        rounded = bounded.detach().round()
        straight = bounded + (rounded - bounded).detach()
        basis = torch.cumprod(torch.cat([torch.ones(1, dtype=torch.int64), levels[:-1]]), 0)
        index = ((rounded.to(torch.int64) + levels // 2) * basis).sum(-1)
        margin = (0.5 - (bounded.detach() - rounded).abs()).min().item()
        return straight / (levels // 2), index, torch.zeros((), dtype=z.dtype), margin


# --- Video tokenizer ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tokenizer:
    height: int
    width: int
    patch: int
    encoder: Transformer
    decoder: Transformer
    quantizer: VQ | FSQ

    def shapes(self):
        tokens = (self.height // self.patch) * (self.width // self.patch)
        values, code = CHANNELS * self.patch**2, self.quantizer.code_dim
        return (
            under("encoder.embed", linear_shapes(values, self.encoder.width))
            | {"encoder.position": (tokens, self.encoder.width)}
            | under("encoder.transformer", self.encoder.shapes())
            | under("encoder.to_code", linear_shapes(self.encoder.width, code))
            | under("quantizer", self.quantizer.shapes())
            | under("decoder.embed", linear_shapes(code, self.decoder.width))
            | {"decoder.position": (tokens, self.decoder.width)}
            | under("decoder.transformer", self.decoder.shapes())
            | under("decoder.to_patches", linear_shapes(self.decoder.width, values))
        )

    def encode(self, p, frames):
        e = p.at("encoder")
        x = linear(e.at("embed"), to_patches(frames, self.patch)) + e["position"]
        return linear(e.at("to_code"), self.encoder(e.at("transformer"), x))

    def decode(self, p, code):
        d = p.at("decoder")
        x = linear(d.at("embed"), code) + d["position"]
        patches = linear(d.at("to_patches"), self.decoder(d.at("transformer"), x))
        return from_patches(patches, self.patch, self.height, self.width)

    def __call__(self, p, frames):
        z = self.encode(p, frames)
        codes, indices, quantizer_loss, margin = self.quantizer(p.at("quantizer"), z)
        reconstruction = self.decode(p, codes)
        reconstruction_loss = ((reconstruction - frames) ** 2).mean()
        outputs = {
            "z": z,
            "codes": codes,
            "indices": indices,
            "reconstruction": reconstruction,
            "reconstruction_loss": reconstruction_loss,
            "quantizer_loss": quantizer_loss,
            "loss": reconstruction_loss + quantizer_loss,
        }
        return outputs, margin


# --- Latent action model --------------------------------------------------------------------------


@dataclass(frozen=True)
class LatentAction:
    height: int
    width: int
    patch: int
    encoder: Transformer
    decoder: Transformer
    quantizer: VQ
    motion_floor: float

    def shapes(self):
        tokens = (self.height // self.patch) * (self.width // self.patch)
        values, code = CHANNELS * self.patch**2, self.quantizer.code_dim
        return (
            under("encoder.embed", linear_shapes(values, self.encoder.width))
            | {"encoder.action_token": (self.encoder.width,)}
            | {"encoder.position": (tokens + 1, self.encoder.width)}
            | under("encoder.transformer", self.encoder.shapes())
            | under("encoder.to_latent", linear_shapes(self.encoder.width, code))
            | under("quantizer", self.quantizer.shapes())
            | under("decoder.embed", linear_shapes(values, self.decoder.width))
            | {"decoder.hidden": (self.decoder.width,)}
            | {"decoder.position": (tokens, self.decoder.width)}
            | under("decoder.action", linear_shapes(code, self.decoder.width))
            | under("decoder.transformer", self.decoder.shapes())
            | under("decoder.to_patches", linear_shapes(self.decoder.width, values))
        )

    def encode(self, p, frames):
        """One latent for each of the T−1 transitions, not yet normalised."""
        e = p.at("encoder")
        x = linear(e.at("embed"), to_patches(frames, self.patch))
        action_token = e["action_token"].expand(*x.shape[:2], 1, -1)
        x = torch.cat([action_token, x], dim=2) + e["position"]
        return linear(e.at("to_latent"), self.encoder(e.at("transformer"), x)[:, 1:, 0])

    def decode(self, p, past, hidden, latents):
        """Frames 1..T−1 from frames 0..T−2, of which those with `hidden` = 1 are kept from view."""
        d = p.at("decoder")
        x = linear(d.at("embed"), to_patches(past, self.patch))
        x = torch.where(hidden[:, :, None, None] == 1, d["hidden"], x)
        x = x + d["position"] + linear(d.at("action"), latents)[:, :, None]
        patches = linear(d.at("to_patches"), self.decoder(d.at("transformer"), x))
        return torch.sigmoid(from_patches(patches, self.patch, self.height, self.width))

    def __call__(self, p, frames, hidden):
        z = self.encode(p, frames)
        codes, indices, quantizer_loss, margin = self.quantizer(p.at("quantizer"), z)
        past, future = frames[:, :-1], frames[:, 1:]
        prediction = self.decode(p, past, hidden, codes)
        pixels, plain = self.relative(prediction, past, future)
        edges = [
            self.relative(*(seen(x) for x in (prediction, past, future)))[0]
            for seen in (
                lambda x: x[:, :, :, 1:] - x[:, :, :, :-1],
                lambda x: x[:, :, 1:] - x[:, :, :-1],
            )
        ]
        outputs = {
            "z": z,
            "latents": unit(z),
            "codes": codes,
            "indices": indices,
            "prediction": prediction,
            "quantizer_loss": quantizer_loss,
            "loss_motion_weighted": pixels + quantizer_loss,
            "loss_plain": plain + quantizer_loss,
            # With a weight of a half.
            "loss_edges": pixels + 0.5 * edges[0] + 0.5 * edges[1] + quantizer_loss,
        }
        return outputs, margin

    def relative(self, prediction, past, future):
        """Mean error of transitions, each divided by its own change; and undivided."""
        error = ((prediction - future) ** 2).mean((2, 3, 4))
        motion = ((future - past) ** 2).mean((2, 3, 4))
        return (error / (motion + self.motion_floor)).mean(), error.mean()


# --- Dynamics -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dynamics:
    tokens: int
    codes: int
    code_dim: int
    transformer: Transformer

    def shapes(self):
        width = self.transformer.width
        return (
            {"token_embedding": (self.codes + 1, width), "position": (self.tokens, width)}
            | under("action", linear_shapes(self.code_dim, width))
            | under("transformer", self.transformer.shapes())
            | under("head", linear_shapes(width, self.codes))
        )

    def logits(self, p, tokens, latents):
        x = p["token_embedding"][tokens] + p["position"]
        x = x + linear(p.at("action"), latents)[:, :, None]
        return linear(p.at("head"), self.transformer(p.at("transformer"), x))

    def __call__(self, p, tokens, targets, latents):
        logits = self.logits(p, tokens, latents)
        log_probability = logits.log_softmax(-1).gather(-1, targets[..., None])[..., 0]
        return {"logits": logits, "loss": -log_probability[tokens == self.codes].mean()}
