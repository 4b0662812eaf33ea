"""Trains the same network in Pocket Genie, PyTorch and JAX by turns, and prints one object of JSON."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Of `genie bench train` too.
SIZES = {"blocks": 8, "batch": 4, "frames": 16, "tokens": 64, "head-size": 32, "codes": 64}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--genie", required=True, help="the program")
    parser.add_argument("--widths", default="128,256")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each")
    parser.add_argument("--repetitions", type=int, default=4, help="steps measured in a turn")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peers", default="torch,jax")
    for name, value in SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def turn(name, given, width):
    """One process: its report."""
    sizes = [f"--width={width}", f"--repetitions={given.repetitions}"]
    sizes += [f"--{size}={getattr(given, size.replace('-', '_'))}" for size in SIZES]
    if name == "genie":
        command = [given.genie, "bench", "train", "--json", *sizes]
    else:
        command = [sys.executable, HERE / f"{name}_step.py", *sizes, f"--threads={given.threads}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{name} failed with {done.returncode}")
    return json.loads(done.stdout)


def measure(given, width):
    names = ["genie", *given.peers.split(",")]
    seconds = {name: [] for name in names}
    last = {}
    for number in range(given.rounds):
        for name in names:
            last[name] = turn(name, given, width)
            seconds[name] += last[name]["seconds"]
            best = min(seconds[name])
            print(f"width {width}, round {number + 1}, {name}: {best:.3f} s at best", file=sys.stderr)
    parameters = {name: report["parameters"] for name, report in last.items()}
    if len(set(parameters.values())) > 1:
        sys.exit(f"these are not the same network: {parameters}")
    gflop = last["genie"]["gflop"]
    result = {"width": width, "parameters": parameters["genie"], "gflop": gflop}
    for name in names:
        result[name] = {
            "about": last[name].get("name", "genie"),
            "gflops_median": gflop / statistics.median(seconds[name]),
            "gflops_best": gflop / min(seconds[name]),
            "seconds": seconds[name],
        }
    for name in names[1:]:
        for kind in ("median", "best"):
            ours, theirs = (result[who][f"gflops_{kind}"] for who in ("genie", name))
            result[f"genie_over_{name}_{kind}"] = ours / theirs
    kept = ("peak_gflops", "gflops_over_peak", "seconds_by_part", "share_outside_products")
    result["genie"] |= {key: last["genie"][key] for key in kept}
    return result


def main():
    given = arguments()
    # All of them, and only them, on as many processors as they have threads.
    allowed = sorted(os.sched_getaffinity(0))[: given.threads]
    if len(allowed) < given.threads:
        sys.exit(f"this machine has {len(allowed)} processors; give --threads {len(allowed)}")
    os.sched_setaffinity(0, allowed)
    os.environ |= {
        "RAYON_NUM_THREADS": str(given.threads),
        "OMP_NUM_THREADS": str(given.threads),
        "JAX_PLATFORMS": "cpu",
        "JAX_CACHE": str(HERE / ".cache"),
    }
    widths = [measure(given, int(width)) for width in given.widths.split(",")]
    print(json.dumps({"threads": given.threads, "load": os.getloadavg()[0], "widths": widths}, indent=1))


if __name__ == "__main__":
    main()
