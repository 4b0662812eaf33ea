"""Renders clips of a store, back to back, as an encoded video of the kind people have: 512x512 pixels,
each of the store's pixels a square.

    python render.py STORE OUT.mp4 --minutes 15 [--codec h264|vp9] [--first CLIP]

Needs `pip install zarr numpy` and ffmpeg.
"""

import argparse
import subprocess

import zarr

CODECS = {
    "h264": ["-c:v", "libx264", "-preset", "fast", "-crf", "20", "-pix_fmt", "yuv420p"],
    "vp9": ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "6", "-row-mt", "1", "-crf", "32", "-b:v", "0"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("out")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--codec", choices=CODECS, default="h264")
    parser.add_argument("--first", type=int, default=0, help="the first clip")
    parser.add_argument("--size", type=int, default=512, help="pixels on a side")
    arguments = parser.parse_args()
    group = zarr.open_group(arguments.store, mode="r")
    fps = group.attrs["pocket_genie"]["fps"]
    frames = group["frames"]
    clips, per_clip, height, width, _ = frames.shape
    wanted = round(arguments.minutes * 60 * fps / per_clip)
    last = arguments.first + wanted
    if last > clips:
        raise SystemExit(f"{arguments.store} has {clips} clips, not {last}")
    scale = f"scale={arguments.size}:{arguments.size}:flags=neighbor"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", str(fps), "-i", "pipe:0", "-vf", scale]
    encoder = subprocess.Popen(command + CODECS[arguments.codec] + [arguments.out], stdin=subprocess.PIPE)
    for clip in range(arguments.first, last):
        encoder.stdin.write(frames[clip].tobytes())
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise SystemExit("ffmpeg failed")
    print(f"{arguments.out}: {wanted * per_clip} frames, {wanted * per_clip / fps / 60:.1f} minutes")


if __name__ == "__main__":
    main()
