"""Numbers that these scripts and tests in Rust both know, without a file of them."""

import numpy as np


def fnv1a(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


def values(name, shape):
    """Uniform in [-1, 1): SplitMix64 of the name's FNV-1a hash plus the index, 24 bits of it."""
    count = int(np.prod(shape, dtype=np.int64))
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a(name)) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(
            0x9E3779B97F4A7C15
        )
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.float64) / 2**23 - 1).reshape(shape)


def parameter(name, shape):
    """One tensor of a network, float32; activations stay near 1."""
    u = values(name, shape)
    if len(shape) > 2:  # convolutions
        u = u * np.sqrt(6 / np.prod(shape[1:]))
    elif len(shape) == 2:
        u = u * np.sqrt(3 / shape[1])
    elif name.endswith("running_var"):
        u = 1 + 0.5 * u
    elif name.endswith("weight"):
        u = 1 + 0.2 * u
    else:  # shifts and running means
        u = 0.2 * u
    return u.astype(np.float32)
