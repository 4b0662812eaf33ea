"""Pocket Genie's three networks as PyTorch trains them fastest: docs/model.md, by names and shapes the
same as crates/model, so that checkpoints go from one to the other.

Suffixes of names give shapes: B batch, T frames, N tokens of a frame, D width, h heads of d dimensions,
C dimensions of a code, K codes.
"""

import math
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import nn

NORM_EPS = 1e-5
GAIN_EPS = 1e-6
UNIT_EPS = 1e-6
COMMITMENT = 0.25


def normal(shape, deviation):
    return nn.Parameter(torch.randn(shape) * deviation)


class Linear(nn.Module):
    """y = x W + b, W [in, out]."""

    def __init__(self, inputs, outputs, gain=1.0):
        super().__init__()
        self.weight = normal((inputs, outputs), gain / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return F.linear(x, self.weight.T, self.bias)


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))
        self.beta = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return F.layer_norm(x, self.gamma.shape, self.gamma, self.beta, NORM_EPS)


def rotary(frames, d, device):
    angle = torch.arange(frames, device=device)[:, None] * 10000.0 ** (
        -2 * torch.arange(d // 2, device=device) / d
    )
    return angle.cos(), angle.sin()


def rotate(x_BNhTd, cos, sin):
    a, b = x_BNhTd.float().chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1).to(x_BNhTd.dtype)


class Attention(nn.Module):
    def __init__(self, width, heads, d, gain):
        super().__init__()
        self.heads, self.d = heads, d
        self.qkv = Linear(width, 3 * heads * d)
        self.query_gain = nn.Parameter(torch.ones(d))
        self.key_gain = nn.Parameter(torch.ones(d))
        self.out = Linear(heads * d, width, gain)

    def split(self, x_BTND, over_time):
        B, T, N, _ = x_BTND.shape
        qkv = self.qkv(x_BTND).view(B, T, N, 3, self.heads, self.d)
        # [B, T, h, N, d], or [B, N, h, T, d]
        return qkv.permute(3, 0, 2, 4, 1, 5) if over_time else qkv.permute(3, 0, 1, 4, 2, 5)

    def forward(self, x_BTND, over_time):
        B, T, N, _ = x_BTND.shape
        if over_time and T == 1:
            # A frame that sees only itself: softmax of one score is 1.
            _, _, v = self.split(x_BTND, True)
            return self.out(v.permute(0, 3, 1, 2, 4).reshape(B, 1, N, -1))
        q, k, v = self.split(x_BTND, over_time)
        q = F.rms_norm(q.float(), (self.d,), self.query_gain, GAIN_EPS).to(v.dtype)
        k = F.rms_norm(k.float(), (self.d,), self.key_gain, GAIN_EPS).to(v.dtype)
        if over_time:
            cos, sin = rotary(T, self.d, x_BTND.device)
            q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        y = F.scaled_dot_product_attention(
            q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1), is_causal=over_time
        )
        if over_time:
            y = y.view(B, N, self.heads, T, self.d).permute(0, 3, 1, 2, 4)
        else:
            y = y.view(B, T, self.heads, N, self.d).permute(0, 1, 3, 2, 4)
        return self.out(y.reshape(B, T, N, -1))


class Block(nn.Module):
    def __init__(self, width, heads, d, gain):
        super().__init__()
        self.spatial_norm = Norm(width)
        self.spatial = Attention(width, heads, d, gain)
        self.temporal_norm = Norm(width)
        self.temporal = Attention(width, heads, d, gain)
        self.ff_norm = Norm(width)
        self.ff_in = Linear(width, 4 * width)
        self.ff_out = Linear(4 * width, width, gain)

    def forward(self, x):
        x = x + self.spatial(self.spatial_norm(x), False)
        x = x + self.temporal(self.temporal_norm(x), True)
        return x + self.ff_out(F.gelu(self.ff_in(self.ff_norm(x)), approximate="tanh"))


class Transformer(nn.Module):
    def __init__(self, blocks, width, heads, head_size, **_):
        super().__init__()
        # Residual branches begin small, as in crates/model.
        gain = 1 / math.sqrt(3 * blocks)
        self.blocks = nn.ModuleList(Block(width, heads, head_size, gain) for _ in range(blocks))
        self.norm = Norm(width)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


def to_patches(frames_BTHW3, patch):
    B, T, H, W, _ = frames_BTHW3.shape
    x = frames_BTHW3.reshape(B, T, H // patch, patch, W // patch, patch, 3)
    return x.permute(0, 1, 2, 4, 3, 5, 6).reshape(B, T, -1, patch * patch * 3)


# --- Video tokenizer ------------------------------------------------------------------------------


class Fsq(nn.Module):
    def __init__(self, levels):
        super().__init__()
        levels = torch.tensor(levels)
        half = (levels - 1) * (1 + 1e-3) / 2
        offset = torch.where(levels % 2 == 0, 0.5, 0.0)
        basis = torch.cumprod(torch.cat([torch.ones(1, dtype=torch.int64), levels[:-1]]), 0)
        for name, value in [
            ("bound", half),
            ("offset", offset),
            ("shift", torch.atanh(offset / half)),
            ("steps", levels // 2),
            ("basis", basis),
        ]:
            self.register_buffer(name, value, persistent=False)

    def forward(self, z):
        bounded = torch.tanh(z.float() + self.shift) * self.bound - self.offset
        rounded = bounded.detach().round()
        index = ((rounded.long() + self.steps) * self.basis).sum(-1)
        return (bounded + (rounded - bounded).detach()) / self.steps, index


class Encoder(nn.Module):
    def __init__(self, tokens, values, code, config):
        super().__init__()
        width = config["width"]
        self.embed = Linear(values, width)
        self.position = normal((tokens, width), 0.02)
        self.transformer = Transformer(**config)
        self.to_code = Linear(width, code)

    def forward(self, patches):
        return self.to_code(self.transformer(self.embed(patches) + self.position))


class Decoder(nn.Module):
    def __init__(self, tokens, values, code, config):
        super().__init__()
        width = config["width"]
        self.embed = Linear(code, width)
        self.position = normal((tokens, width), 0.02)
        self.transformer = Transformer(**config)
        self.to_patches = Linear(width, values, 0.1)

    def forward(self, code):
        return self.to_patches(self.transformer(self.embed(code) + self.position))


class Tokenizer(nn.Module):
    def __init__(self, config):
        super().__init__()
        own = config["tokenizer"]
        self.patch = own["patch"]
        tokens = (config["height"] // self.patch) * (config["width"] // self.patch)
        values, levels = 3 * self.patch**2, own["quantizer"]["fsq"]["levels"]
        self.encoder = Encoder(tokens, values, len(levels), own["encoder"])
        self.decoder = Decoder(tokens, values, len(levels), own["decoder"])
        self.quantizer = Fsq(levels)

    def loss(self, frames):
        patches = to_patches(frames, self.patch)
        code, _ = self.quantizer(self.encoder(patches))
        error = (self.decoder(code).float() - patches).square().mean()
        return error, {"psnr": -10 * torch.log10(error.detach())}

    def encode(self, frames):
        return self.quantizer(self.encoder(to_patches(frames, self.patch)))[1]


# --- Latent action model --------------------------------------------------------------------------


def unit(x):
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + UNIT_EPS)


class Vq(nn.Module):
    def __init__(self, codes, dim):
        super().__init__()
        self.codebook = normal((codes, dim), 1 / math.sqrt(dim))

    def forward(self, z):
        z, book = unit(z.float()), unit(self.codebook.float())
        index = (z.detach() @ book.detach().T).argmax(-1)
        code = book[index]
        loss = (z.detach() - code).square().mean() + COMMITMENT * (z - code.detach()).square().mean()
        return z + (code - z).detach(), index, z, loss


class ActionEncoder(nn.Module):
    def __init__(self, tokens, values, code, config):
        super().__init__()
        width = config["width"]
        self.embed = Linear(values, width)
        self.action_token = normal((width,), 0.02)
        self.position = normal((tokens + 1, width), 0.02)
        self.transformer = Transformer(**config)
        self.to_latent = Linear(width, code)

    def forward(self, patches_BTNF):
        x = self.embed(patches_BTNF)
        B, T, _, D = x.shape
        x = torch.cat([self.action_token.to(x.dtype).expand(B, T, 1, D), x], 2) + self.position
        return self.to_latent(self.transformer(x)[:, 1:, 0])


class ActionDecoder(nn.Module):
    def __init__(self, tokens, values, code, config):
        super().__init__()
        width = config["width"]
        self.embed = Linear(values, width)
        self.hidden = normal((width,), 0.02)
        self.position = normal((tokens, width), 0.02)
        self.action = Linear(code, width)
        self.transformer = Transformer(**config)
        self.to_patches = Linear(width, values, 0.1)

    def forward(self, patches_BTNF, code_BTC, hidden_BT):
        x = self.embed(patches_BTNF)
        x = torch.where(hidden_BT[:, :, None, None], self.hidden.to(x.dtype), x)
        x = x + self.position + self.action(code_BTC)[:, :, None]
        return torch.sigmoid(self.to_patches(self.transformer(x)).float())


class LatentAction(nn.Module):
    def __init__(self, config):
        super().__init__()
        own = config["latent_action"]
        self.patch, self.downscale = own["patch"], own.get("downscale", 1)
        self.changes = own.get("input", "pixels") == "changes"
        side = self.patch * self.downscale
        tokens = (config["height"] // side) * (config["width"] // side)
        values, code = 3 * self.patch**2, own["code_dim"]
        self.encoder = ActionEncoder(
            tokens, values * (2 if self.changes else 1), code, own["encoder"]
        )
        self.quantizer = Vq(own["actions"], code)
        self.decoder = ActionDecoder(tokens, values, code, own["decoder"])

    def seen(self, patches):
        if not self.changes:
            return patches
        before = torch.cat([patches[:, :1], patches[:, :-1]], 1)
        return torch.cat([patches, patches - before], -1)

    def loss(self, frames, hidden_BT, alone, floor, margin=0):
        """`alone`: the decoder sees no frame but the last. `margin`: pixels along the edges that don't count."""
        frames, margin = self.downscaled(frames), margin // self.downscale
        patches = to_patches(frames, self.patch)
        z = self.encoder(self.seen(patches)).float()
        mean = z.mean((0, 1))
        code, index, latent, own = self.quantizer(z - mean)
        past, following = patches[:, :-1], patches[:, 1:]
        if alone:
            flat = past.flatten(0, 1)[:, None]
            made = self.decoder(flat, code.flatten(0, 1)[:, None], hidden_BT.flatten()[:, None])
            made = made.view(following.shape)
        else:
            made = self.decoder(past, code, hidden_BT)
        counts_NP = self.inner(frames, margin)
        error = ((made - following).square() * counts_NP).sum((2, 3)) / counts_NP.sum()
        motion = ((following - past).square() * counts_NP).sum((2, 3)) / counts_NP.sum()
        loss = (error / (motion + floor)).mean() + own
        psnr = -10 * torch.log10(error.detach().mean())
        return loss, {"psnr": psnr, "index": index, "latent": latent.detach(), "mean": mean.detach()}

    def inner(self, frames, margin):
        """1 where a pixel is that far from the edges, as patches."""
        inner = torch.ones_like(frames[:1, :1])
        if margin:
            inner[:, :, :margin] = inner[:, :, -margin:] = 0
            inner[:, :, :, :margin] = inner[:, :, :, -margin:] = 0
        return to_patches(inner, self.patch)[0, 0]

    def infer(self, frames):
        patches = to_patches(self.downscaled(frames), self.patch)
        return self.quantizer(self.encoder(self.seen(patches)))[1]

    def downscaled(self, frames):
        B, T, H, W, _ = frames.shape
        s = self.downscale
        return frames.reshape(B, T, H // s, s, W // s, s, 3).mean((3, 5))


# --- Dynamics -------------------------------------------------------------------------------------


class Dynamics(nn.Module):
    def __init__(self, config):
        super().__init__()
        own = config["dynamics"]
        patch, width = config["tokenizer"]["patch"], own["width"]
        tokens = (config["height"] // patch) * (config["width"] // patch)
        self.codes = math.prod(config["tokenizer"]["quantizer"]["fsq"]["levels"])
        self.token_embedding = normal((self.codes + 1, width), 0.5)
        self.position = normal((tokens, width), 0.02)
        self.action = Linear(config["latent_action"]["code_dim"], width)
        self.transformer = Transformer(**own)
        self.head = Linear(width, self.codes, 0.5)

    def logits(self, tokens_BTN, latents_BTC):
        # As a product: its gradient then needs no sums into a few rows, for which threads queue.
        table = self.token_embedding
        x = F.linear(F.one_hot(tokens_BTN, len(table)).to(table.dtype), table.T) + self.position
        x = x + self.action(latents_BTC)[:, :, None]
        return self.head(self.transformer(x))

    def loss(self, tokens_BTN, latents_BTC, targets_BTN, masked_BTN):
        loss, accuracy = masked_loss(self.logits(tokens_BTN, latents_BTC), targets_BTN, masked_BTN)
        return loss, {"accuracy": accuracy}


def masked_loss(logits_BTNK, targets_BTN, masked_BTN):
    logits = logits_BTNK.flatten(0, 2).float()
    each = F.cross_entropy(logits, targets_BTN.flatten(), reduction="none")
    masked = masked_BTN.flatten().float()
    right = (logits.detach().argmax(-1) == targets_BTN.flatten()).float()
    total = masked.sum()
    return (each * masked).sum() / total, (right * masked).sum() / total


def drawn(logits, uniform, temperature):
    """A code of each, drawn by Gumbel noise."""
    noise = -torch.log(-torch.log(uniform.clamp(1e-9, 1 - 1e-7)))
    return (logits.float() / temperature + noise).argmax(-1)


# --- Compiled -------------------------------------------------------------------------------------

PLAIN = Block.forward


def compile_parts():
    """Compiles what is worth it: a block, once for each shape however many there are, and what is done
    with logits."""
    global masked_loss, drawn
    torch._dynamo.config.recompile_limit = 64
    Block.forward = torch.compile(PLAIN, dynamic=False)
    masked_loss = torch.compile(masked_loss, dynamic=False)
    drawn = torch.compile(drawn, dynamic=False)


@contextmanager
def uncompiled():
    """For what is done a few times only."""
    compiled, Block.forward = Block.forward, PLAIN
    yield
    Block.forward = compiled
