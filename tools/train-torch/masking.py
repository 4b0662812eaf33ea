"""What the dynamics see of each frame while they learn, as crates/train/src/masking.rs says it."""

import torch

CLEAN_FRAMES = 0.5
LEAST_RATE = 0.5
CORRUPTION = 0.08
UNKNOWN_ACTIONS = 0.03


def mask(seen, codes):
    """Tokens `seen` [B, T, N] with masks (`codes`) and errors, where they are masked, and which actions are
    known [B, T]."""
    B, T, N = seen.shape
    device = seen.device
    uniform = lambda *shape: torch.rand(shape, device=device)
    frame = torch.arange(T, device=device)
    clean = (uniform(B, T) < CLEAN_FRAMES) & (frame < T - 1) | (frame == 0)
    rate = LEAST_RATE + (1 - LEAST_RATE) * uniform(B, T)
    count = (N * rate).ceil().clamp(1, N) * ~clean
    place = uniform(B, T, N).argsort(-1).argsort(-1)
    masked = place < count[..., None]
    wrong = uniform(B, T, N) < CORRUPTION * uniform(B, T, 1)
    anything = torch.randint(codes, seen.shape, device=device)
    tokens = torch.where(wrong, anything, seen)
    tokens = torch.where(masked, codes, tokens)
    known = (uniform(B, T) >= UNKNOWN_ACTIONS) & (frame > 0)
    return tokens, masked, known
