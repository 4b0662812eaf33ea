"""Compares these networks with tools/reference, which was written from docs/model.md alone: outputs and
losses of random weights must be equal."""

import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "reference"))
import reference

from model import Dynamics, LatentAction, Tokenizer


def transformer(blocks, width):
    return {"blocks": blocks, "width": width, "heads": width // 8, "head_size": 8}


CONFIG = {
    "height": 16,
    "width": 24,
    "frames": 5,
    "tokenizer": {
        "patch": 4,
        "encoder": transformer(1, 16),
        "decoder": transformer(2, 16),
        "quantizer": {"fsq": {"levels": [4, 5, 4]}},
    },
    "latent_action": {
        "patch": 8,
        "actions": 5,
        "code_dim": 6,
        "encoder": transformer(2, 16),
        "decoder": transformer(1, 16),
    },
    "dynamics": transformer(2, 24),
}


def theirs(config):
    return reference.Transformer(
        config["width"], config["blocks"], config["heads"], config["head_size"]
    )


def named(model):
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.1)
    return reference.Params({k: v.detach() for k, v in model.named_parameters()})


def compare(what, ours, theirs):
    apart = (ours - theirs).abs().max().item()
    print(f"{what}: {apart:.1e} apart")
    assert apart < 2e-5, what


def main():
    torch.manual_seed(0)
    frames = torch.rand(2, 5, 16, 24, 3)

    model, own = Tokenizer(CONFIG), CONFIG["tokenizer"]
    them = reference.Tokenizer(
        16, 24, 4, theirs(own["encoder"]), theirs(own["decoder"]), reference.FSQ((4, 5, 4))
    )
    outputs, _ = them(named(model), frames)
    compare("tokenizer's loss", model.loss(frames)[0], outputs["loss"])
    assert torch.equal(model.encode(frames), outputs["indices"])

    model, own = LatentAction(CONFIG), CONFIG["latent_action"]
    them = reference.LatentAction(
        16, 24, 8, theirs(own["encoder"]), theirs(own["decoder"]), reference.VQ(5, 6), 0.002
    )
    hidden = torch.rand(2, 4) < 0.3
    # The reference infers without a batch, as play does: a batch whose mean is nothing.
    p = named(model)
    mean = them.encode(p, frames).mean((0, 1))
    p["encoder.to_latent.bias"] = p["encoder.to_latent.bias"] - mean
    outputs, _ = them(p, frames, hidden)
    loss, figures = model.loss(frames, hidden, False, 0.002)
    compare("action model's loss", loss, outputs["loss_motion_weighted"])
    assert torch.equal(figures["index"], outputs["indices"])
    # Alone with the last frame, the decoder sees clips of one frame.
    past, code = frames[:, :-1].flatten(0, 1)[:, None], outputs["codes"].flatten(0, 1)[:, None]
    alone = them.decode(p, past, torch.zeros(8, 1), code).unflatten(0, (2, 4))[:, :, 0]
    error = ((alone - frames[:, 1:]) ** 2).mean((2, 3, 4))
    motion = ((frames[:, 1:] - frames[:, :-1]) ** 2).mean((2, 3, 4))
    expected = (error / (motion + 0.002)).mean() + outputs["quantizer_loss"]
    none = torch.zeros(2, 4, dtype=torch.bool)
    compare("… without a past", model.loss(frames, none, True, 0.002)[0], expected)
    inner = lambda x: x[:, :, 3:-3, 3:-3]
    error = ((inner(alone) - inner(frames[:, 1:])) ** 2).mean((2, 3, 4))
    motion = ((inner(frames[:, 1:]) - inner(frames[:, :-1])) ** 2).mean((2, 3, 4))
    expected = (error / (motion + 0.002)).mean() + outputs["quantizer_loss"]
    compare("… without the edges", model.loss(frames, none, True, 0.002, 3)[0], expected)

    model = Dynamics(CONFIG)
    them = reference.Dynamics(24, 80, 6, theirs(CONFIG["dynamics"]))
    targets = torch.randint(80, (2, 5, 24))
    masked = torch.rand(2, 5, 24) < 0.5
    tokens, latents = torch.where(masked, 80, targets), torch.randn(2, 5, 6)
    outputs = them(named(model), tokens, targets, latents)
    compare("dynamics' loss", model.loss(tokens, latents, targets, masked)[0], outputs["loss"])
    compare("dynamics' logits", model.logits(tokens, latents), outputs["logits"])


if __name__ == "__main__":
    main()
