"""Splits a latent action in two, in a run of `genie train` that is stopped.

    python split_code.py runs/coinrun --split 2 --into 5 --along 1 0 --degrees 20

Where two codes say nearly the same and a third pools two things, training alone rarely gets out: codes that have a
meaning keep it. This takes the code `--into` away and puts it beside `--split`: both are `--split`, turned by
`--degrees` towards and away from the direction that leads from the one code of `--along` to the other. Here: up, turned
towards what tells right from still, becomes `up right`, and turned away `up`. The run's other phases don't know of it;
export it, and go on with `genie train --from … --also actions`.
"""

import argparse
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

CODEBOOK = "latent_action.quantizer.codebook"


def unit(x):
    return x / np.linalg.norm(x)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--split", type=int, required=True, help="the code that pools two things")
    parser.add_argument("--into", type=int, required=True, help="the code that is given up for one of them")
    parser.add_argument("--along", type=int, nargs=2, required=True, metavar=("FROM", "TO"))
    parser.add_argument("--degrees", type=float, default=20.0)
    given = parser.parse_args()

    path = given.run / "actions.safetensors"
    with safe_open(path, "numpy") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}
    book = tensors[CODEBOOK]
    directions = [unit(code) for code in book]
    where = directions[given.split]
    side = directions[given.along[1]] - directions[given.along[0]]
    side = unit(side - (side @ where) * where)
    length, angle = np.linalg.norm(book, axis=1).mean(), np.deg2rad(given.degrees)
    for code, sign in ((given.into, 1), (given.split, -1)):
        book[code] = length * (np.cos(angle) * where + sign * np.sin(angle) * side)
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, metadata)
    partial.replace(path)


if __name__ == "__main__":
    main()
