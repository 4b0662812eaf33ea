"""CoinRun for Pocket Genie: steps a batch of environments, and nothing else.

Rust chooses the actions, cuts the clips and writes them; this file only turns actions into
frames. It is embedded in the program (crates/data/src/collect/bridge.rs) and speaks a binary
protocol over stdin and stdout, all numbers little-endian:

  hello, once, from us   b"PGCR"  u16 version  u16 envs  u16 height  u16 width  u16 channels
  from Rust              b"R" u32 seed            fresh environments, levels drawn from `seed`
                         b"A" i8[envs]            one action each, 0-14; -1 ends the episode
                         b"L" i32[envs]           the one level that an environment plays from its
                                                  next episode on; -1: as before
                         b"K" u8[envs]            where 1: keep the state, after those kept since L
                         b"B" i32[envs]           go back to that kept state (the first is 0) and
                                                  forget the later ones; -1: stay
                         b"Q", or end of input    stop
  answer to R and A      b"F" u32 bytes  u8[envs] first  f32[envs] reward  i32[envs] level
                         u8[envs,H,W,3] frames
  in place of an answer  b"E" u32 bytes  UTF-8 text

`first` is 1 where an episode has just begun; frame and level are then already the new episode's,
the reward is that of the action before.
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

MAGIC, VERSION = b"PGCR", 2

# Where a state that procgen has written holds the range of levels, low and high, as two i32: after
# the version, the game's name (a length and "coinrun"), twelve options and `grid_step`.
LEVELS_AT = 4 + 4 + 7 + 12 * 4 + 4
STATE_BYTES = 1 << 20


def fail(text):
    data = text.encode()
    OUT.write(b"E" + struct.pack("<I", len(data)) + data)
    OUT.flush()
    sys.exit(1)


class Games:
    """The environments, each of which can be sent to a level or back to a state of its own.

    Another level is another range in a state, which costs a fifth of a millisecond. It is also
    exact: an episode is a function of its level's seed and its actions alone (a test compares it
    with an environment that knows one level only).
    """

    def __init__(self, env, levels):
        self.env = env
        self.kept = [[] for _ in range(env.num)]
        self.buffer = env._ffi.new(f"char[{STATE_BYTES}]")
        self.fresh = self.state(0)
        if struct.unpack_from("<2i", self.fresh, LEVELS_AT) != levels:
            fail("this procgen keeps its states in another form; install tools/coinrun/requirements.txt")

    # `callmethod("get_state")` would take the states of all environments, most of them for nothing.
    def state(self, number):
        size = self.env.call_c_func("get_state", number, self.buffer, STATE_BYTES)
        return bytes(self.env._ffi.buffer(self.buffer, size))

    def set_state(self, number, state):
        self.env.call_c_func("set_state", number, state, len(state))

    def send_to(self, levels):
        for number, level in enumerate(levels):
            if level >= 0:
                state = bytearray(self.fresh)
                struct.pack_into("<2i", state, LEVELS_AT, level, level + 1)
                self.set_state(number, bytes(state))
                self.kept[number].clear()

    def keep(self, marks):
        for number, mark in enumerate(marks):
            if mark:
                self.kept[number].append(self.state(number))

    def go_back(self, targets):
        for number, target in enumerate(targets):
            if target >= 0:
                del self.kept[number][target + 1 :]
                self.set_state(number, self.kept[number][target])


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
        reward, observation, first = env.observe()
        parts = (
            np.asarray(first, dtype=np.uint8).tobytes(),
            np.asarray(reward, dtype="<f4").tobytes(),
            np.array([info["level_seed"] for info in env.get_info()], dtype="<i4").tobytes(),
            np.ascontiguousarray(observation["rgb"], dtype=np.uint8).tobytes(),
        )
        OUT.write(b"F" + struct.pack("<I", sum(map(len, parts))))
        OUT.writelines(parts)
        OUT.flush()

    OUT.write(MAGIC + struct.pack("<5H", VERSION, count, 64, 64, 3))
    OUT.flush()
    env = games = None
    stdin = sys.stdin.buffer

    def read(dtype):
        dtype = np.dtype(dtype)
        return np.frombuffer(stdin.read(count * dtype.itemsize), dtype=dtype)

    while True:
        command = stdin.read(1)
        if command in (b"", b"Q"):
            return
        if command == b"R":
            if env is not None:
                env.close()
            (seed,) = struct.unpack("<I", stdin.read(4))
            env = make(seed)
            games = Games(env, (start_level, start_level + num_levels))
            answer(env)
        elif command == b"A" and env is not None:
            env.act(read("i1").astype(np.int32))
            answer(env)
        elif command == b"L" and games is not None:
            games.send_to(read("<i4").tolist())
        elif command == b"K" and games is not None:
            games.keep(read("u1").tolist())
        elif command == b"B" and games is not None:
            games.go_back(read("<i4").tolist())
        else:
            fail(f"unknown command {command!r}")


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)  # Rust has gone; there is nobody to tell
    except SystemExit:
        raise
    except BaseException as error:
        fail(f"{type(error).__name__}: {error}")
