"""Exports a world's dynamics and decoder to ONNX, and checks them against the reference.

    export.py WORLD.safetensors OUT_FOLDER

Writes dynamics_pass.onnx, dynamics_write.onnx, dynamics_window.onnx, decoder_cached.onnx, and
world.json (what the page needs to play), and check.json (inputs and the logits expected of them,
with which the page checks each back end before it measures it).
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from safetensors import safe_open

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))
import reference
from model import DecoderCached, DynamicsCached, DynamicsWindow

OPSET = 20  # the first with Gelu
TOLERANCE = 1e-4


def read_world(path):
    with safe_open(path, "pt") as file:
        card = json.loads(file.metadata()["pocket-genie"])
        params = reference.Params({name: file.get_tensor(name).float() for name in file.keys()})
    return card, params


def codebook(quantizer, params):
    """All codes [K,C], in the order of their numbers."""
    if "fsq" in quantizer:
        levels = torch.tensor(quantizer["fsq"]["levels"])
        basis = torch.cumprod(torch.cat([torch.ones(1, dtype=torch.int64), levels[:-1]]), 0)
        digits = torch.arange(math.prod(levels.tolist()))[:, None] // basis % levels
        return (digits - levels // 2) / (levels // 2)
    return reference.unit(params["tokenizer.quantizer.codebook"])


def transformer(sizes):
    return reference.Transformer(sizes["width"], sizes["blocks"], sizes["heads"], sizes["head_size"])


class Example:
    """A play of `frames` frames, of random tokens, with all that the graphs take and must give."""

    def __init__(self, card, params, codes_KC):
        config, self.params = card["config"], params
        generator = torch.Generator().manual_seed(1)
        patch = config["tokenizer"]["patch"]
        self.T = config["frames"]
        self.N = config["height"] // patch * (config["width"] // patch)
        self.K, latent_dim = codes_KC.shape[0], params["actions"].shape[1]
        self.tokens_TN = torch.randint(self.K, (self.T, self.N), generator=generator)
        masked = torch.rand(self.N, generator=generator) < 0.5
        self.tokens_TN[-1] = torch.where(masked, self.K, self.tokens_TN[-1])
        actions = torch.randint(params["actions"].shape[0], (self.T,), generator=generator)
        self.latents_TC = params["actions"][actions]
        self.latents_TC[0] = 0
        self.codes_TNC = codes_KC[self.tokens_TN.clamp(max=self.K - 1)]

        dynamics = reference.Dynamics(self.N, self.K, latent_dim, transformer(config["dynamics"]))
        self.logits_NK = dynamics.logits(params.at("dynamics"), self.tokens_TN[None], self.latents_TC[None])[0, -1]
        decoder = transformer(config["tokenizer"]["decoder"])
        tokenizer = reference.Tokenizer(config["height"], config["width"], patch, decoder, decoder, None)
        self.frame_HW3 = tokenizer.decode(params.at("tokenizer"), self.codes_TNC[None])[0, -1].clamp(0, 1)

    def inputs(self, t, dynamics):
        """What the cached graphs take for frame `t`, but for the cache itself."""
        unseen = np.full(self.T, -np.inf, np.float32)
        unseen[:t] = unseen[-1] = 0
        # The decoder never sees a masked token.
        tokens = self.tokens_TN[t] if dynamics else self.tokens_TN[t].clamp(max=self.K - 1)
        inputs = {
            "tokens": tokens[None].numpy(),
            "times": np.full((1, self.N), t, np.int64),
            "unseen": unseen,
        }
        return inputs | ({"latent": self.latents_TC[t][None].numpy()} if dynamics else {})

    def for_the_page(self):
        return {
            "tokens": self.tokens_TN.tolist(),
            "latents": self.latents_TC.tolist(),
            "logits": self.logits_NK.flatten().tolist(),
            "frame": self.frame_HW3.flatten().tolist(),
        }


def names_of(blocks, prefix):
    return [f"{prefix}_{kind}_{b}" for b in range(blocks) for kind in ("key", "value")]


def export(folder, name, module, inputs, outputs):
    """`inputs` name tensors, in the order of the module's arguments; those of `past` come last."""
    path = folder / f"{name}.onnx"
    tensors = {key: torch.as_tensor(value) for key, value in inputs.items()}
    past = [tensors[key] for key in tensors if key.startswith("past_")]
    first = [tensors[key] for key in tensors if not key.startswith("past_")]
    torch.onnx.export(
        module.eval(), (*first, *([past] if past else [])), path, input_names=list(inputs), output_names=outputs,
        opset_version=OPSET, dynamo=True, external_data=False, verbose=False,
    )
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def fill(session, outputs, cache, example, dynamics):
    """Plays all frames but the last through `session`, into `cache`."""
    for t in range(example.T - 1):
        new = session.run(outputs, example.inputs(t, dynamics) | cache)
        for key, one in zip(cache, new):
            cache[key][t] = one[0]


def compare(what, got, expected):
    difference = float(np.abs(got - expected.numpy()).max())
    print(f"{what}: largest difference to the reference {difference:.1e} (at most {TOLERANCE:.0e})")
    if not difference <= TOLERANCE:
        sys.exit(f"{what} doesn't compute what the reference computes; see model.py")


@torch.no_grad()
def main(world, folder):
    card, params = read_world(world)
    codes_KC = codebook(card["config"]["tokenizer"]["quantizer"], params)
    example = Example(card, params, codes_KC)
    folder.mkdir(parents=True, exist_ok=True)
    export_all(folder, card["config"], params, codes_KC, example)
    (folder / "world.json").write_text(json.dumps(for_the_page(card, params, example)))
    (folder / "check.json").write_text(json.dumps(example.for_the_page()))


def export_all(folder, config, params, codes_KC, example):
    T, N, last = example.T, example.N, example.T - 1

    def empty_cache(sizes):
        shape = (T - 1, N, sizes["heads"] * sizes["head_size"])
        return {key: np.zeros(shape, np.float32) for key in names_of(sizes["blocks"], "past")}

    sizes, own = config["dynamics"], params.at("dynamics")
    cache, new = empty_cache(sizes), names_of(sizes["blocks"], "new")
    inputs = example.inputs(last, True)
    order = {key: inputs[key] for key in ("tokens", "latent", "times", "unseen")} | cache
    write = export(folder, "dynamics_write", DynamicsCached(own, sizes, N, True), order, new)
    fill(write, new, cache, example, True)
    one = export(folder, "dynamics_pass", DynamicsCached(own, sizes, N, False), order, ["logits"])
    compare("dynamics_pass", one.run(None, inputs | cache)[0], example.logits_NK)

    order = {"tokens": example.tokens_TN.numpy(), "latents": example.latents_TC.numpy()}
    window = export(folder, "dynamics_window", DynamicsWindow(own, sizes, N), order, ["logits"])
    compare("dynamics_window", window.run(None, order)[0], example.logits_NK)

    sizes, own = config["tokenizer"]["decoder"], params.at("tokenizer.decoder")
    patch = config["tokenizer"]["patch"]
    decoder = DecoderCached(own, codes_KC, sizes, N, config["height"], config["width"], patch)
    cache, new = empty_cache(sizes), names_of(sizes["blocks"], "new")
    inputs = example.inputs(last, False)
    order = {key: inputs[key] for key in ("tokens", "times", "unseen")} | cache
    decode = export(folder, "decoder_cached", decoder, order, ["frame", *new])
    fill(decode, new, cache, example, False)
    compare("decoder_cached", decode.run(["frame"], inputs | cache)[0], example.frame_HW3)


def for_the_page(card, params, example):
    def cache(sizes):
        return {"blocks": sizes["blocks"], "inner": sizes["heads"] * sizes["head_size"]}

    config = card["config"]
    return {
        "name": card["name"],
        "play": card["play"],
        "prompt": card["gallery"][0]["tokens"],
        "actions": params["actions"].tolist(),
        "height": config["height"],
        "width": config["width"],
        "frames": example.T,
        "tokens": example.N,
        "codes": example.K,
        "dynamics": cache(config["dynamics"]),
        "decoder": cache(config["tokenizer"]["decoder"]),
    }


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
