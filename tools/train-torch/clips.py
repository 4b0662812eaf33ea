"""Clips as a graphics processor keeps them: one number a pixel, and a palette.

    clips.py pack STORE OUT      packs a clip store of `genie collect` into one small file

A packed file is a ZIP of `about.json`, `palette.npy` [P, 3] and parts `N.xz`, each the pixels of some clips,
uint8 [clips, F, H, W], or uint16 where there are more than 256 colours.
"""

import io
import json
import lzma
import os
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

PARTS = 16
# Most of what a frame shows, the frames before it have shown.
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 24}]


def read(store):
    """All frames of a store, uint8 [clips, F, H, W, 3]."""
    import zstandard

    about = json.loads((store / "frames/zarr.json").read_text())
    shape = about["shape"]
    size = int(np.prod(shape[1:]))
    frames = np.empty((shape[0], size), np.uint8)
    for i in range(shape[0]):
        chunk = (store / f"frames/c.{i}.0.0.0.0").read_bytes()
        # A checksum of four bytes comes last.
        frames[i] = np.frombuffer(zstandard.decompress(chunk[:-4], size), np.uint8)
    return frames.reshape(shape)


def pack(store, out):
    frames = read(store)
    colours = frames.reshape(-1, 3)
    number = (colours[:, 0].astype(np.uint32) << 16) | (colours[:, 1].astype(np.uint32) << 8)
    number |= colours[:, 2]
    used = np.zeros(1 << 24, bool)
    used[number] = True
    values = np.flatnonzero(used)
    table = np.zeros(1 << 24, np.uint16)
    table[values] = np.arange(len(values))
    assert len(values) <= 1 << 16, "too many colours for a palette"
    pixels = table[number].astype(np.uint8 if len(values) <= 256 else np.uint16)
    pixels = pixels.reshape(frames.shape[:-1])
    palette = np.stack([values >> 16, values >> 8 & 255, values & 255], 1).astype(np.uint8)

    def squeeze(part):
        return lzma.compress(part.tobytes(), format=lzma.FORMAT_XZ, filters=FILTERS)

    with zipfile.ZipFile(out, "w") as file, ThreadPoolExecutor(os.cpu_count()) as pool:
        about = {"shape": list(pixels.shape), "type": pixels.dtype.name}
        file.writestr("about.json", json.dumps(about))
        buffer = io.BytesIO()
        np.save(buffer, palette)
        file.writestr("palette.npy", buffer.getvalue())
        for i, part in enumerate(pool.map(squeeze, np.array_split(pixels, PARTS))):
            file.writestr(f"{i}.xz", part)
    print(f"{out}: {pixels.shape}, {len(values)} colours, {Path(out).stat().st_size / 1e6:.1f} MB")


class Clips:
    """A packed file on a device."""

    def __init__(self, path, device):
        with zipfile.ZipFile(path) as file:
            about = json.loads(file.read("about.json"))
            palette = np.load(io.BytesIO(file.read("palette.npy")))
            parts = [file.read(f"{i}.xz") for i in range(PARTS)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            parts = list(pool.map(lzma.decompress, parts))
        pixels = np.concatenate([np.frombuffer(part, about["type"]) for part in parts])
        self.count, self.length, self.height, self.width = about["shape"]
        pixels = pixels.reshape(self.count * self.length, -1)
        # PyTorch knows few operations on unsigned numbers of 16 bits.
        self.pixels = torch.from_numpy(pixels.view(np.int16) if pixels.itemsize == 2 else pixels)
        self.pixels = self.pixels.to(device)
        self.palette = torch.from_numpy(palette).to(device).float() / 255
        self.device = device

    def windows(self, clips, starts, frames):
        """Frames in [0, 1], [B, T, H, W, 3]."""
        rows = (clips * self.length + starts)[:, None] + torch.arange(frames, device=self.device)
        pixels = self.pixels[rows].int() & 0xFFFF
        return self.palette[pixels].view(len(clips), frames, self.height, self.width, 3)

    def draw(self, batch, frames):
        clips = torch.randint(self.count, (batch,), device=self.device)
        starts = torch.randint(self.length - frames + 1, (batch,), device=self.device)
        return self.windows(clips, starts, frames)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "pack":
        sys.exit(__doc__)
    pack(Path(sys.argv[2]), sys.argv[3])
