"""CoinRun for Pocket Genie: steps a batch of environments, and nothing else.

Rust chooses the actions, cuts the clips and writes them; this file only turns actions into
frames. It is embedded in the program (crates/data/src/collect/bridge.rs) and speaks a binary
protocol over stdin and stdout, all numbers little-endian:

  hello, once, from us   b"PGCR"  u16 version  u16 envs  u16 height  u16 width  u16 channels
  from Rust              b"R" u32 seed            fresh environments, levels drawn from `seed`
                         b"A" i8[envs]            one action each, 0-14; -1 ends the episode
                         b"Q", or end of input    stop
  answer to R and A      b"F" u32 bytes  u8[envs] first  u8[envs,H,W,3] frames
  in place of an answer  b"E" u32 bytes  UTF-8 text

`first` is 1 where an episode has just begun; the frame is then already the new level's.
"""

import os
import signal
import struct
import sys

# Libraries may print: the real stdout is kept for the protocol, and theirs is sent to stderr.
OUT = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
os.dup2(2, 1)

# Ctrl-C reaches the whole process group; when to stop is for Rust to say, by closing our stdin.
signal.signal(signal.SIGINT, signal.SIG_IGN)

MAGIC, VERSION = b"PGCR", 1


def fail(text):
    data = text.encode()
    OUT.write(b"E" + struct.pack("<I", len(data)) + data)
    OUT.flush()
    sys.exit(1)


def main():
    count, start_level, num_levels = (int(a) for a in sys.argv[1:4])
    mode = sys.argv[4]
    try:
        import numpy as np
        from procgen import ProcgenGym3Env
    except Exception as error:
        fail(f"could not load procgen ({error}); install tools/coinrun/requirements.txt into {sys.executable}")

    def make(seed):
        return ProcgenGym3Env(
            num=count,
            env_name="coinrun",
            distribution_mode=mode,
            start_level=start_level,
            num_levels=num_levels,  # never 0: procgen would then ignore start_level
            rand_seed=seed,
            use_backgrounds=False,
            restrict_themes=True,
            use_monochrome_assets=False,
            paint_vel_info=False,
            num_threads=1,
        )

    def answer(env):
        _, observation, first = env.observe()
        parts = (
            np.asarray(first, dtype=np.uint8).tobytes(),
            np.ascontiguousarray(observation["rgb"], dtype=np.uint8).tobytes(),
        )
        OUT.write(b"F" + struct.pack("<I", sum(map(len, parts))))
        OUT.writelines(parts)
        OUT.flush()

    OUT.write(MAGIC + struct.pack("<5H", VERSION, count, 64, 64, 3))
    OUT.flush()
    env, stdin = None, sys.stdin.buffer
    while True:
        command = stdin.read(1)
        if command in (b"", b"Q"):
            return
        if command == b"R":
            if env is not None:
                env.close()
            (seed,) = struct.unpack("<I", stdin.read(4))
            env = make(seed)
        elif command == b"A" and env is not None:
            env.act(np.frombuffer(stdin.read(count), dtype=np.int8).astype(np.int32))
        else:
            fail(f"unknown command {command!r}")
        answer(env)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)  # Rust has gone; there is nobody to tell
    except SystemExit:
        raise
    except BaseException as error:
        fail(f"{type(error).__name__}: {error}")
