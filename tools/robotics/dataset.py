"""The folder that episodes are written to, and which of them are finished.

    OUT/video/NAME.mp4      what a model may see
    OUT/actions/NAME.npz    what was really done, for evaluation only
    OUT/metadata.jsonl      a line per finished episode: filename, title, description, license, …

An episode is finished when its line is there, and its line is written last.
"""

import contextlib
import fcntl
import json
import os
from pathlib import Path

import numpy as np

import video
from robot import FPS
from trouble import Trouble

# Raised when the same seed would no longer give the same video.
VERSION = 1
LICENCE = "MIT OR Apache-2.0"


class Dataset:
    """Opens `out`, or makes it; `size` is the pictures' width and height."""

    def __init__(self, out, size):
        self.out, self.size = Path(out), size
        self.lines = self.out / "metadata.jsonl"
        # Beside the videos rather than among them: whoever imports the folder never meets a half one.
        self.partial = self.out / "partial"
        for folder in (self.out / "video", self.out / "actions", self.partial):
            folder.mkdir(parents=True, exist_ok=True)
        self.done = self._finished()

    def _finished(self):
        done = set()
        with self._locked() as file:
            data = file.read()
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                file.truncate(whole)  # a line cut off by a kill: its episode is made again
            for number, line in enumerate(data[:whole].splitlines(), 1):
                try:
                    entry = json.loads(line)
                    name, made = entry["id"], (entry["version"], entry["width"])
                except (ValueError, KeyError, TypeError):
                    raise Trouble(f"{self.lines}, line {number}: not a line that collect.py wrote") from None
                if made[0] != VERSION:
                    raise Trouble(
                        f"{self.out} is of another version of collect.py ({made[0]}, not {VERSION}): choose another --out"
                    )
                if made[1] != self.size:
                    raise Trouble(
                        f"{self.out} has pictures of size {made[1]}, not {self.size}: --size {made[1]}, or another --out"
                    )
                if self._video(name).exists() and self._actions(name).exists():
                    done.add(name)
        return done

    @contextlib.contextmanager
    def _locked(self):
        with open(self.lines, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed
            file.seek(0)
            yield file

    def _video(self, name):
        return self.out / "video" / f"{name}.mp4"

    def _actions(self, name):
        return self.out / "actions" / f"{name}.npz"

    def add(self, name, episode):
        """Plays `episode` and keeps it as `name`. Interrupted, it leaves nothing under a final name
        that is not whole."""
        partial = self.partial / name
        video.write(self._video(name), partial.with_suffix(".mp4"), episode.pictures(), self.size, FPS)
        half = partial.with_suffix(".npz")
        try:
            np.savez_compressed(half, **episode.truth())
            video.sync(half)
            os.replace(half, self._actions(name))
        finally:
            half.unlink(missing_ok=True)
        entry = {
            "id": name,
            "filename": f"{name}.mp4",
            "title": episode.title(),
            "description": episode.description(),
            "license": LICENCE,
            "width": self.size,
            "height": self.size,
            "fps": FPS,
            "duration": episode.frames / FPS,
            "version": VERSION,
        }
        with self._locked() as file:
            file.write(json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.done.add(name)

    def close(self):
        """Removes the folder for half files, if another process isn't using it."""
        try:
            self.partial.rmdir()
        except OSError:
            pass
