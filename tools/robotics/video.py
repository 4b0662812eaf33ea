"""Pictures to h264 in an mp4, through the program ffmpeg; appears under its name when it is whole."""

import os
import shutil
import subprocess
import tempfile

from trouble import Trouble

MISSING = "ffmpeg is not installed, which writes the videos; on Debian or Ubuntu: apt-get install -y ffmpeg"


def write(path, partial, pictures, size, fps):
    """Encodes `pictures` (u8 [size, size, 3] each) to `path`, by way of the file `partial`, which
    must be on the same disk and is removed if anything goes wrong."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise Trouble(MISSING)
    # crf 10: nothing to see between it and the original. One thread, no dates and no versions:
    # the same pictures give the same bytes.
    command = [
        program, "-hide_banner", "-loglevel", "error", "-y",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size}x{size}", "-r", str(fps), "-i", "-",
        "-c:v", "libx264", "-preset", "medium", "-crf", "10", "-pix_fmt", "yuv420p", "-threads", "1",
        "-flags:v", "+bitexact", "-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", str(partial),
    ]  # fmt: skip
    with tempfile.TemporaryFile() as complaints:
        # A session of its own: Ctrl+C is for us to handle, not for ffmpeg to half finish on.
        encoder = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints, start_new_session=True
        )
        try:
            try:
                for picture in pictures:
                    encoder.stdin.write(picture.tobytes())
                encoder.stdin.close()
            except BrokenPipeError:
                pass  # it has stopped early; its exit code and its words follow
            if encoder.wait() != 0:
                complaints.seek(0)
                words = complaints.read().decode(errors="replace").strip()
                raise Trouble(f"ffmpeg could not write {path}: {words or f'exit code {encoder.returncode}'}")
            sync(partial)
            os.replace(partial, path)
        finally:
            if encoder.poll() is None:
                encoder.kill()
                encoder.wait()
            partial.unlink(missing_ok=True)


def sync(path):
    """To the disk with it, so that a name never stands for less than the whole file."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
