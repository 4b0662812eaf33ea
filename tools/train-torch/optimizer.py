"""Muon for the matrices of blocks and AdamW for the rest, as crates/train/src/optimizer does it, for many
matrices at once; and a running mean of all weights."""

import torch

MOMENTUM = 0.95
POLYNOMIAL = (3.4445, -4.775, 2.0315)
USUAL = 0.2
DECAY = 1e-2
BETAS = (0.9, 0.95)
CLIP = 1.0


def orthogonal(x_KMN):
    """Singular values near 1; no matrix taller than wide."""
    x = x_KMN.bfloat16()
    x = x / (x.square().sum((1, 2), keepdim=True).sqrt() + 1e-7)
    a, b, c = POLYNOMIAL
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.float()


class Muon:
    def __init__(self, model, mean_decay):
        named = list(model.named_parameters())
        takes = lambda name, p: p.ndim == 2 and "blocks." in name and name.endswith(".weight")
        self.matrices = [(name, p) for name, p in named if takes(name, p)]
        rest = [p for name, p in named if not takes(name, p)]
        self.rate = torch.zeros((), device=rest[0].device)
        on_gpu = rest[0].is_cuda
        self.adam = torch.optim.AdamW(
            [
                {"params": [p for p in rest if p.ndim >= 2], "weight_decay": DECAY},
                {"params": [p for p in rest if p.ndim < 2], "weight_decay": 0.0},
            ],
            lr=self.rate,
            betas=BETAS,
            eps=1e-8,
            fused=on_gpu,
            capturable=on_gpu,
        )
        self.parameters = [p for _, p in named]
        self.means = [torch.zeros_like(p) for _, p in self.matrices]
        # Parts of one shape are made orthogonal together. Queries, keys and values are three matrices
        # side by side.
        self.parts = {}
        for i, (name, p) in enumerate(self.matrices):
            rows, columns = p.shape
            count = 3 if name.endswith("qkv.weight") else 1
            width = columns // count
            tall = rows > width
            for part in range(count):
                key = (width, rows) if tall else (rows, width)
                self.parts.setdefault(key, []).append((i, part * width, width, tall))
        self.names = [name for name, _ in named]
        self.mean_decay = mean_decay
        self.averages = [p.detach().clone() for p in self.parameters]

    @torch.no_grad()
    def step(self):
        """One step at `rate`, a tensor, so that it can be part of a graph that is replayed."""
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP, foreach=True)
        self.adam.step()
        weights = [p for _, p in self.matrices]
        gradients = [p.grad for p in weights]
        torch._foreach_mul_(self.means, MOMENTUM)
        torch._foreach_add_(self.means, gradients)
        ahead = torch._foreach_add(gradients, self.means, alpha=MOMENTUM)
        updates = [torch.empty_like(p) for p in weights]
        for (_, longer), parts in self.parts.items():
            stack = [ahead[i][:, at : at + width] for i, at, width, _ in parts]
            stack = [x.T if tall else x for x, (_, _, _, tall) in zip(stack, parts)]
            made = orthogonal(torch.stack(stack)) * (self.rate * (USUAL * longer**0.5))
            for x, (i, at, width, tall) in zip(made, parts):
                updates[i][:, at : at + width] = x.T if tall else x
        torch._foreach_mul_(weights, 1 - self.rate * DECAY)
        torch._foreach_sub_(weights, updates)
        torch._foreach_lerp_(self.averages, [p.detach() for p in self.parameters], 1 - self.mean_decay)

    def forget(self):
        """The gradients."""
        for p in self.parameters:
            p.grad = None

    def average(self):
        return dict(zip(self.names, self.averages))
