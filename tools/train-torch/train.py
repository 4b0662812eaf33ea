"""Trains the three networks one after the other, each for so many seconds, and keeps their weights.

    train.py CONFIG.json CLIPS OUT tokenizer=60 actions=90 dynamics=120 [--begin FOLDER] …

README.md says how a run of genie's is made of them.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

import masking
import model
from clips import Clips
from drive import drive, tell
from model import Dynamics, LatentAction, Tokenizer

MOTION_FLOOR = 0.002
REVIVE_AFTER = 20


def fast(device):
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def train_tokenizer(config, clips, seconds, given, log):
    network = begin(Tokenizer(config), "tokenizer", given).to(clips.device)

    def work():
        frames = clips.draw(given.batch_tokenizer, config["frames"])
        with fast(clips.device):
            return *network.loss(frames), None

    drive(
        "tokenizer", network, {0: work}, lambda _: 0, seconds, given.end, given.rate_tokenizer, log,
        graphs=given.graphs,
    )
    return network


def train_actions(config, clips, seconds, given, log):
    network, device = begin(LatentAction(config), "actions", given).to(clips.device), clips.device
    book, bias = network.quantizer.codebook, network.encoder.to_latent.bias
    numbers = torch.arange(len(book), device=device)
    idle = torch.zeros(len(book), device=device)
    shape = (given.batch_actions, config["frames"] - 1)

    def work(alone):
        frames = clips.draw(given.batch_actions, config["frames"])
        hidden = torch.rand(shape, device=device) < (0 if alone else given.hidden_frames)
        with fast(device):
            loss, figures = network.loss(frames, hidden, alone, MOTION_FLOOR, given.margin)
        shares = (figures["index"][..., None] == numbers).float().mean((0, 1))
        perplexity = (-(shares * (shares + 1e-9).log()).sum()).exp()

        def finish():
            bias.sub_(figures["mean"])
            idle.add_(1).masked_fill_(shares > 0, 0)

        shown = {"psnr": figures["psnr"], "perplexity": perplexity, "latent": figures["latent"]}
        return loss, shown, finish

    @torch.no_grad()
    def revive(figures):
        for code in (idle >= REVIVE_AFTER).nonzero()[:, 0].tolist():
            latents = figures["latent"].flatten(0, -2)
            book[code] = latents[random.randrange(len(latents))]
            idle[code] = 0

    works = {True: lambda: work(True), False: lambda: work(False)}
    drive(
        "actions", network, works, lambda _: random.random() < given.history_dropout, seconds,
        given.end, given.rate_actions, log, now_and_then=revive, graphs=given.graphs,
    )
    return network


@torch.no_grad()
def encode(config, clips, tokenizer, actions, given):
    """Codes [W, T, N] and actions [W, T − 1] of windows a quarter of their length apart."""
    T = config["frames"]
    starts = torch.arange(0, clips.length - T + 1, T // 4, device=clips.device)
    places = torch.cartesian_prod(torch.arange(clips.count, device=clips.device), starts)
    codes, inferred = [], []
    for part in places.split(given.batch_encode):
        frames = clips.windows(part[:, 0], part[:, 1], T)
        codes.append(tokenizer.encode(frames).short())
        inferred.append(actions.infer(frames).byte())
    return torch.cat(codes), torch.cat(inferred)


def train_dynamics(config, clips, tokenizer, actions, seconds, given, log):
    device = clips.device
    begun = time.monotonic()
    with model.uncompiled():
        codes, inferred = encode(config, clips, tokenizer, actions, given)
    book = torch.nn.functional.normalize(actions.quantizer.codebook.detach().float(), dim=-1)
    tell(log, phase="encode", windows=len(codes), seconds=time.monotonic() - begun)
    network = begin(Dynamics(config), "dynamics", given).to(device)
    B = given.batch_dynamics

    @torch.no_grad()
    def fill_in(tokens, latents):
        """The clips, with what is masked as the model makes it."""
        input, masked, known = masking.mask(tokens, network.codes)
        with fast(device):
            said = network.logits(input, latents * known[..., None])
        noise = torch.rand(said.shape, device=device)
        made = model.drawn(said, noise, given.imagined_temperature)
        return torch.where(masked, made, tokens)

    def work(imagined):
        rows = torch.randint(len(codes), (B,), device=device)
        tokens = codes[rows].long()
        latents = book[inferred[rows].long()]
        latents = torch.cat([torch.zeros_like(latents[:, :1]), latents], 1)
        seen = tokens
        if imagined:
            chosen = torch.rand(B, 1, 1, device=device) < given.imagined
            seen = torch.where(chosen, fill_in(tokens, latents), tokens)
        input, masked, known = masking.mask(seen, network.codes)
        with fast(device):
            return *network.loss(input, latents * known[..., None], tokens, masked), None

    works = {False: lambda: work(False), True: lambda: work(True)}
    mean = drive(
        "dynamics", network, works, lambda n: given.imagined > 0 and n >= given.imagined_from,
        seconds, given.end, given.rate_dynamics, log, graphs=given.graphs,
    )
    return network, mean


def save(weights, prefix, path):
    kept = {f"{prefix}.{k}": v.detach().half().contiguous().cpu() for k, v in weights.items()}
    save_file(kept, path)


def restore(network, path):
    tensors = {name.split(".", 1)[1]: tensor for name, tensor in load_file(path).items()}
    with torch.no_grad():
        for name, p in network.named_parameters():
            p.copy_(tensors[name])
    return network


def begin(network, phase, given):
    path = given.begin and given.begin / f"{phase}.safetensors"
    return restore(network, path) if path and path.exists() else network


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("phases", nargs="+", help="such as tokenizer=60; others are taken from OUT")
    parser.add_argument("--begin", type=Path, help="a folder with weights to go on from: of those phases that it has")
    parser.add_argument("--end", type=float, default=math.inf, help="seconds in which all must be done")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--graphs", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--batch-tokenizer", type=int, default=32)
    parser.add_argument("--batch-actions", type=int, default=64)
    parser.add_argument("--batch-dynamics", type=int, default=64)
    parser.add_argument("--batch-encode", type=int, default=256)
    parser.add_argument("--rate-tokenizer", type=float, default=2e-3)
    parser.add_argument("--rate-actions", type=float, default=1e-3)
    parser.add_argument("--rate-dynamics", type=float, default=2e-3)
    parser.add_argument("--history-dropout", type=float, default=0.5)
    parser.add_argument("--hidden-frames", type=float, default=0.3)
    parser.add_argument("--margin", type=int, default=8, help="pixels along the edges that the actions' loss leaves out")
    parser.add_argument("--imagined", type=float, default=0.5, help="share of clips whose masked frames are shown as the model makes them")
    parser.add_argument("--imagined-from", type=int, default=1000, help="the first such step")
    parser.add_argument("--imagined-temperature", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.end += time.monotonic()
    return given


def main():
    given = arguments()
    seconds = {name: float(value) for name, value in (p.split("=") for p in given.phases)}
    torch.manual_seed(given.seed)
    random.seed(given.seed)
    torch.set_float32_matmul_precision("high")
    if given.compile:
        model.compile_parts()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = json.loads(given.config.read_text())
    out = given.out
    out.mkdir(parents=True, exist_ok=True)
    with open(out / "log.jsonl", "a") as log:
        begun = time.monotonic()
        clips = Clips(given.clips, device)
        tell(log, phase="load", seconds=time.monotonic() - begun)
        if "tokenizer" in seconds:
            network = train_tokenizer(config, clips, seconds["tokenizer"], given, log)
            save(dict(network.named_parameters()), "tokenizer", out / "tokenizer.safetensors")
        if "actions" in seconds:
            network = train_actions(config, clips, seconds["actions"], given, log)
            save(dict(network.named_parameters()), "latent_action", out / "actions.safetensors")
        if "dynamics" in seconds:
            tokenizer = restore(Tokenizer(config), out / "tokenizer.safetensors").to(device)
            actions = restore(LatentAction(config), out / "actions.safetensors").to(device)
            network, mean = train_dynamics(
                config, clips, tokenizer, actions, seconds["dynamics"], given, log
            )
            save(dict(network.named_parameters()), "dynamics", out / "dynamics.safetensors")
            save(mean, "dynamics", out / "mean.safetensors")


if __name__ == "__main__":
    main()
