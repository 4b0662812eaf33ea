"""Draws what `genie sweep --json` printed, and prints it as tables in Markdown.

python tools/sampling/plot.py sweep.jsonl docs/images/sampling.svg --against 2,random,0.25
"""

import argparse
import json
import math
from pathlib import Path
from statistics import mean, stdev

import matplotlib

matplotlib.use("svg")
# Text stays text, and the same figures give the same file.
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "sampling", "font.size": 9})
import matplotlib.pyplot as plt  # noqa: E402

FIGURES = [
    ("rollout_psnr_10", "rollout PSNR, dB"),
    ("delta_psnr_t4", "ΔPSNR at t = 4, dB"),
    ("played_seams", "seams, true frames = 1"),
    ("played_change", "change, true frames = 1"),
]
COLOURS = {"confidence": "#c0392b", "random": "#2471a3", "halton": "#1e8449"}


def read(path):
    """The settings by (steps, order, temperature)."""
    points = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return {(p["steps"], p["order"], p["temperature"]): p for p in points}


def axis(points, place):
    """The different values at one place of the keys, in their order of appearance."""
    return list(dict.fromkeys(key[place] for key in points))


def draw(points, out):
    orders, temperatures = axis(points, 1), sorted(axis(points, 2))
    size = (2.9 * len(temperatures), 2.3 * len(FIGURES))
    figure, panels = plt.subplots(
        len(FIGURES), len(temperatures), figsize=size, sharex=True, sharey="row", squeeze=False
    )
    for row, (name, label) in zip(panels, FIGURES):
        for panel, temperature in zip(row, temperatures):
            for order in orders:
                steps = sorted(s for s, o, t in points if (o, t) == (order, temperature))
                values = [points[s, order, temperature][name] for s in steps]
                panel.plot(steps, values, "o-", ms=3, lw=1.3, label=order, color=COLOURS.get(order))
            panel.set_xscale("log")
            panel.set_xticks(axis(points, 0), axis(points, 0), minor=False)
            panel.minorticks_off()
            panel.grid(alpha=0.3)
        row[0].set_ylabel(label)
    for panel, temperature in zip(panels[0], temperatures):
        panel.set_title(f"temperature {temperature:g}")
    for panel in panels[-1]:
        panel.set_xlabel("MaskGIT steps a frame")
    panels[0][0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None})


def table(points, title, cell):
    steps = sorted(axis(points, 0))
    print(f"\n| {title} | " + " | ".join(f"{s} step{'s' * (s > 1)}" for s in steps) + " |")
    print("|---" * (len(steps) + 1) + "|")
    for temperature in sorted(axis(points, 2)):
        for order in axis(points, 1):
            keys = [(s, order, temperature) for s in steps]
            cells = [cell(points[key]) if key in points else "" for key in keys]
            print(f"| {order}, {temperature:g} | " + " | ".join(cells) + " |")


def difference(point, other, name):
    """Mean over the clips of what `point` has more than `other`, and its standard error."""
    pairs = zip(point[f"{name}_of_clips"], other[f"{name}_of_clips"], strict=True)
    differences = [a - b for a, b in pairs]
    error = stdev(differences) / math.sqrt(len(differences)) if len(differences) > 1 else math.nan
    return f"{mean(differences):+.2f} ± {error:.2f}".replace("-", "−")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sweep", type=Path, help="what `genie sweep --json` printed")
    parser.add_argument("out", type=Path, help="the plot, .svg")
    parser.add_argument("--against", help="the setting that others are compared with: STEPS,ORDER,TEMPERATURE")
    wish = parser.parse_args()
    points = read(wish.sweep)
    draw(points, wish.out)
    for name, label in FIGURES:
        table(points, label, lambda point: f"{point[name]:.2f}")
    if wish.against:
        steps, order, temperature = wish.against.split(",")
        other = points[int(steps), order, float(temperature)]
        for name, label in FIGURES[:2]:
            table(points, f"{label}: more than {wish.against}", lambda p: difference(p, other, name))


if __name__ == "__main__":
    main()
