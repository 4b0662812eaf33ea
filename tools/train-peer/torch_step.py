"""The network of `genie bench train` in PyTorch, eager, as one would write it."""

import torch
import torch.nn.functional as F
from torch import nn

from sizes import BETAS, DECAY, EPSILON, RATE, report, sizes


class Attention(nn.Module):
    def __init__(self, width, heads, over_time):
        super().__init__()
        self.heads, self.d, self.over_time = heads, width // heads, over_time
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self.qkv = nn.Linear(width, 3 * width)
        self.q_gain = nn.Parameter(torch.ones(self.d))
        self.k_gain = nn.Parameter(torch.ones(self.d))
        self.out = nn.Linear(width, width)

    def forward(self, x_BTND, cos, sin):
        B, T, N, D = x_BTND.shape
        qkv = self.qkv(self.norm(x_BTND)).view(B, T, N, 3, self.heads, self.d)
        # [B, T, h, N, d], or [B, N, h, T, d]
        q, k, v = qkv.permute(3, 0, 2, 4, 1, 5) if self.over_time else qkv.permute(3, 0, 1, 4, 2, 5)
        q = F.rms_norm(q, (self.d,), self.q_gain, 1e-6)
        k = F.rms_norm(k, (self.d,), self.k_gain, 1e-6)
        if self.over_time:
            q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        y = F.scaled_dot_product_attention(
            q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1), is_causal=self.over_time
        )
        if self.over_time:
            y = y.view(B, N, self.heads, T, self.d).permute(0, 3, 1, 2, 4)
        else:
            y = y.view(B, T, self.heads, N, self.d).permute(0, 1, 3, 2, 4)
        return x_BTND + self.out(y.reshape(B, T, N, D))


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-5)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x, cos, sin):
        return x + self.down(F.gelu(self.up(self.norm(x)), approximate="tanh"))


class Network(nn.Module):
    def __init__(self, given):
        super().__init__()
        D = given.width
        self.embed = nn.Embedding(given.codes, D)
        self.position = nn.Parameter(torch.randn(given.tokens, D) * 0.02)
        self.layers = nn.ModuleList()
        for _ in range(given.blocks):
            self.layers += [
                Attention(D, given.heads, False),
                Attention(D, given.heads, True),
                FeedForward(D),
            ]
        self.norm = nn.LayerNorm(D, eps=1e-5)
        self.head = nn.Linear(D, given.codes)
        d = given.head_size
        angle = torch.arange(given.frames)[:, None] * 10000.0 ** (-2 * torch.arange(d // 2) / d)
        self.register_buffer("cos", angle.cos())
        self.register_buffer("sin", angle.sin())

    def forward(self, ids_BTN):
        x = self.embed(ids_BTN) + self.position
        for layer in self.layers:
            x = layer(x, self.cos, self.sin)
        return self.head(self.norm(x))


def main():
    given = sizes()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    network = Network(given)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=RATE, betas=BETAS, eps=EPSILON, weight_decay=DECAY, fused=True
    )
    shape = (given.batch, given.frames, given.tokens)
    ids, targets = (torch.randint(given.codes, shape) for _ in range(2))

    def step():
        logits = network(ids)
        loss = F.cross_entropy(logits.view(-1, given.codes), targets.view(-1))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    parameters = sum(p.numel() for p in network.parameters())
    report(f"PyTorch {torch.__version__}", parameters, step, given.repetitions)


if __name__ == "__main__":
    main()
