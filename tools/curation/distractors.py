"""Renders a mixed set of video for the curation experiment: good/ is game play, bad/ is what isn't.

    python distractors.py --play STORE.zarr --out mixed --minutes 40 --seed 1

makes so many minutes of each. Every video is a function of the seed, its kind and its number; one
that is there already is not made again, so a stopped run goes on where it was.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from drawing import SIZE, Ground, Play
from kinds import KINDS

FPS = 10


def encode(path, images):
    """Writes an mp4; under another name until it is whole. The same encoder makes good and bad, so
    that they can't be told apart by it."""
    part = path.with_suffix(".part")
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{SIZE}x{SIZE}", "-r", str(FPS), "-i", "-", "-c:v", "libx264", "-preset", "veryfast"]
    # Bit-exact and on one thread: the same frames make the same file.
    command += ["-crf", "20", "-pix_fmt", "yuv420p", "-threads", "1", "-fflags", "+bitexact"]
    command += ["-flags:v", "+bitexact", "-map_metadata", "-1", "-f", "mp4", str(part)]
    try:
        ffmpeg = subprocess.Popen(command, stdin=subprocess.PIPE)
    except FileNotFoundError:
        sys.exit("ffmpeg is needed to write video: apt-get install ffmpeg")
    try:
        for image in images:
            ffmpeg.stdin.write(image.tobytes())
        ffmpeg.stdin.close()
    except BrokenPipeError:
        pass  # ffmpeg has said why.
    if ffmpeg.wait() != 0:
        part.unlink(missing_ok=True)
        sys.exit(f"ffmpeg could not write {path}")
    os.replace(part, path)


def distractor(seed, kind, number, ground, frames):
    rng = np.random.default_rng([seed, 1 + list(KINDS).index(kind), number])
    return KINDS[kind](rng, ground, frames)


def plan(play, seed, videos, frames):
    """Every video as (path, images), the images not drawn yet."""
    kinds = list(KINDS)
    for number in range(videos):
        ground = Ground(play, number, frames)
        yield f"good/play-{number:04}.mp4", (ground.frame(t) for t in range(frames))
        # Play that distractors stand on is not the play that is good.
        kind, of_kind = kinds[number % len(kinds)], number // len(kinds)
        ground = Ground(play, videos + number, frames)
        yield f"bad/{kind}-{of_kind:04}.mp4", distractor(seed, kind, of_kind, ground, frames)


def settle(out, settings):
    """Refuses to go on in a folder that was made with other settings."""
    path = out / "settings.json"
    if path.exists() and json.loads(path.read_text()) != settings:
        sys.exit(f"{out} was made with other settings ({path}). Choose another folder, or remove it")
    path.write_text(json.dumps(settings, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--play", type=Path, required=True, help="a clip store: the game play to use")
    parser.add_argument("--out", type=Path, required=True, help="folder to make good/ and bad/ in")
    parser.add_argument("--minutes", type=float, default=40, help="length of each half")
    parser.add_argument("--seconds", type=int, default=20, help="length of a video")
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    videos, frames = round(a.minutes * 60 / a.seconds), a.seconds * FPS
    if videos < 1 or frames < 2:
        parser.error("--minutes and --seconds leave no video to make")
    try:
        play = Play(a.play, a.seed)
    except (OSError, KeyError, ValueError) as error:
        sys.exit(f"{a.play} can't be read as a clip store: {error}")
    if 2 * videos * play.clips_for(frames) > len(play.order):
        sys.exit(
            f"{2 * videos} videos of {a.seconds} s need {2 * videos * play.clips_for(frames)} clips of play; "
            f"{a.play} has {len(play.order)}. Collect more, or make fewer --minutes"
        )
    for half in ("good", "bad"):
        (a.out / half).mkdir(parents=True, exist_ok=True)
    settle(a.out, {"play": a.play.name, "seconds": a.seconds, "minutes": a.minutes, "seed": a.seed})
    for done, (name, images) in enumerate(plan(play, a.seed, videos, frames)):
        if not (a.out / name).exists():
            encode(a.out / name, images)
        if done % 20 == 0:
            print(f"{done} of {2 * videos} videos", flush=True)
    print(f"{a.out}: {videos} good and {videos} bad videos of {a.seconds} s")


if __name__ == "__main__":
    main()
