"""Makes videos of a simulated robot arm: `python collect.py --out DIR --frames 50000`.

README.md says what is in them. The rendering is set up here, before anything imports MuJoCo.
"""

import argparse
import os
import signal
import sys
import time

from trouble import Trouble

# EGL needs no screen. Without a graphics processor Mesa draws on the processor; in one thread, so
# that a process takes one core (several with their own --first take several).
os.environ.setdefault("MUJOCO_GL", "egl")
os.environ.setdefault("LP_NUM_THREADS", "0")

NO_MUJOCO = """cannot load MuJoCo ({error}).
Install what it needs:  pip install -r tools/robotics/requirements.txt
and for drawing without a screen, on Debian or Ubuntu:  apt-get install -y libegl1 libgl1"""
NO_RENDERING = """cannot draw pictures with MUJOCO_GL={gl} ({error}).
On Debian or Ubuntu:  apt-get install -y libegl1 libgl1
If that is installed and it still fails, libosmesa6 (up to Debian 13) and MUJOCO_GL=osmesa are another way."""


def arguments(argv):
    def whole(low, high):
        def parse(text):
            try:
                value = int(text)
            except ValueError:
                raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
            if not low <= value <= high:
                raise argparse.ArgumentTypeError(f"{value} is not from {low} to {high}")
            return value

        return parse

    def even(text):
        value = whole(32, 1024)(text)
        if value % 2:
            raise argparse.ArgumentTypeError(f"{value} is odd, which h264 cannot store in half colour resolution")
        return value

    parser = argparse.ArgumentParser(prog="collect.py", description="Videos of a simulated robot arm with a gripper.")
    parser.add_argument("--out", default="robotics", help="folder to write to, or to go on in (default: %(default)s)")
    parser.add_argument(
        "--frames", type=whole(1, 10**9), default=50000, help="at least so many, in whole episodes of 160 (%(default)s)"
    )
    parser.add_argument("--seed", type=whole(0, 2**32 - 1), default=0, help="another seed, other episodes (%(default)s)")
    parser.add_argument("--first", type=whole(0, 10**6 - 1), default=0, help="number of the first episode (%(default)s)")
    parser.add_argument("--size", type=even, default=128, help="width and height in pixels, even (%(default)s)")
    parser.add_argument("--check", action="store_true", help="check this machine and this program, write nothing")
    return parser.parse_args(argv)


def prepare():
    """Loads MuJoCo and draws once, or says what to install."""
    try:
        import mujoco
    except Exception as error:  # PyOpenGL fails with whatever it stumbles over: not only ImportError
        raise SystemExit(f"collect.py: {NO_MUJOCO.format(error=error)}") from None
    try:
        with mujoco.Renderer(mujoco.MjModel.from_xml_string("<mujoco/>"), 32, 32) as renderer:
            renderer.render()
    except Exception as error:
        gl = os.environ["MUJOCO_GL"]
        raise SystemExit(f"collect.py: {NO_RENDERING.format(gl=gl, error=error)}") from None


def collect(options):
    from dataset import Dataset
    from episode import FRAMES, Episode

    data = Dataset(options.out, options.size)
    count = -(-options.frames // FRAMES)
    names = {n: f"arm-{options.seed}-{n:06}" for n in range(options.first, options.first + count)}
    todo = [n for n, name in names.items() if name not in data.done]
    print(
        f"{count} episode{'s'[: count > 1]}, {count * FRAMES} frames of {options.size}x{options.size}, into {options.out}; "
        f"{count - len(todo)} are there already",
        flush=True,
    )
    began, live = time.monotonic(), sys.stderr.isatty()
    try:
        for made, number in enumerate(todo, 1):
            with Episode(options.seed, number, options.size) as episode:
                data.add(names[number], episode)
            spent = time.monotonic() - began
            line = (
                f"{made}/{len(todo)} episodes, {made * FRAMES / spent:.1f} frames/s, "
                f"{spent / made * (len(todo) - made) / 60:.0f} min left"
            )
            # In place on a terminal; now and then a line in a log.
            if live or made % 20 == 0 or made == len(todo):
                print(f"\r{line}   " if live else line, end="" if live else "\n", file=sys.stderr, flush=True)
    finally:
        if live:
            print(file=sys.stderr)
        data.close()
    print("done")


def main(argv=None):
    options = arguments(argv)

    def stop(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        prepare()
        if options.check:
            import check

            return check.run()
        collect(options)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    except (Trouble, OSError) as error:
        print(f"collect.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
