"""Grades the clips of a mixed store by the folder that each came from: good/ is 5, bad/ is 1.

    python grade.py STORE --out labels.jsonl --fraction 0.1 --seed 1

stands in for a person at `genie curate label` where the answer is known. The same share of each
grade is drawn, at least one clip; which clips depends on the seed and on nothing else.
"""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

GRADES = {"good": 5, "bad": 1}


def grade(source):
    """5 or 1 by the nearest folder of `source` that says so; None where none does."""
    # Whole names: "bad" is not in "baddies/x.mp4", nor is "good" in "a/good.mp4".
    for folder in reversed(source.replace("\\", "/").split("/")[:-1]):
        if folder in GRADES:
            return GRADES[folder]
    return None


def manifest(store):
    """{sha256: source} of every clip; where two clips are the same, the first."""
    files = sorted((store / "manifest").glob("*.jsonl"))
    if not files:
        sys.exit(f"{store} has no manifest/*.jsonl. Is it a clip store, made by `genie import`?")
    clips = {}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                record = json.loads(line)
                # A clip without a source of its own has none written.
                clips.setdefault(record["sha256"], record["origin"].get("source", ""))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                sys.exit(f"{file}, line {number}: no record of a clip ({error!r})")
    return clips


def draw(clips, fraction, seed):
    """The drawn clips as {sha256: grade}, in the order of `clips`, and how many have no grade."""
    grades = {sha256: grade(source) for sha256, source in clips.items()}
    drawn = set()
    for wanted in GRADES.values():
        # The lowest hashes are as good as random, and don't depend on the order of the manifest.
        of_grade = sorted(
            (hashlib.sha256(f"{seed}:{sha256}".encode()).digest(), sha256)
            for sha256, g in grades.items()
            if g == wanted
        )
        count = max(1, round(fraction * len(of_grade)))
        drawn.update(sha256 for _, sha256 in of_grade[:count])
    labels = {sha256: g for sha256, g in grades.items() if sha256 in drawn}
    return labels, sum(g is None for g in grades.values())


def share(text):
    value = float(text)
    if not 0 < value <= 1:
        raise ValueError
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path, help="the clip store")
    parser.add_argument("--out", type=Path, default="labels.jsonl", help="the labels to write")
    parser.add_argument("--fraction", type=share, default=1.0, help="share of the clips to grade, above 0, at most 1")
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    labels, unknown = draw(manifest(a.store), a.fraction, a.seed)
    if len(set(labels.values())) < 2:
        sys.exit(f"{a.store} lacks clips from a folder good/ or from a folder bad/: nothing can be learned from one grade")
    part = a.out.with_name(a.out.name + ".new")
    with open(part, "w", encoding="utf-8") as file:
        for sha256, g in labels.items():
            file.write(json.dumps({"sha256": sha256, "grade": g}) + "\n")
    os.replace(part, a.out)
    counts = {g: list(labels.values()).count(g) for g in GRADES.values()}
    print(f"{a.out}: {counts[5]} clips graded 5, {counts[1]} graded 1; {unknown} clips are of neither folder")


if __name__ == "__main__":
    main()
