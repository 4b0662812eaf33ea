"""What is measured: the sizes of the network, and how a peer reports.

Suffixes of names give shapes: B batch, T frames, N tokens of a frame, D width, h heads of d
dimensions, K codes.
"""

import argparse
import json
import time

RATE, BETAS, EPSILON, DECAY = 1e-3, (0.9, 0.95), 1e-8, 1e-2


def sizes():
    """The command line, which is that of `genie bench train`."""
    parser = argparse.ArgumentParser()
    for name in ("width", "blocks", "batch", "frames", "tokens", "head-size", "codes"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--repetitions", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    given = parser.parse_args()
    given.heads = given.width // given.head_size
    return given


def report(name, parameters, step, repetitions):
    """Times `step`, which trains once and returns the loss as a number; prints a line of JSON."""
    losses = [step() for _ in range(2)]
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        losses.append(step())
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"name": name, "parameters": parameters, "seconds": seconds, "losses": losses}))
