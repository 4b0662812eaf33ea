"""The network of `genie bench train` in JAX: one compiled function for a whole step."""

import math
import os

import jax
import jax.numpy as jnp
import numpy as np

from sizes import BETAS, DECAY, EPSILON, RATE, report, sizes


def linear_of(rng, inputs, outputs):
    weight = rng.normal(0, inputs**-0.5, (inputs, outputs)).astype(np.float32)
    return {"w": weight, "b": np.zeros(outputs, np.float32)}


def norm_of(width):
    return {"gamma": np.ones(width, np.float32), "beta": np.zeros(width, np.float32)}


def parameters_of(given):
    rng, D, d = np.random.default_rng(0), given.width, given.head_size

    def attention():
        return {
            "norm": norm_of(D),
            "qkv": linear_of(rng, D, 3 * D),
            "q_gain": np.ones(d, np.float32),
            "k_gain": np.ones(d, np.float32),
            "out": linear_of(rng, D, D),
        }

    return {
        "embed": rng.normal(0, 1, (given.codes, D)).astype(np.float32),
        "position": rng.normal(0, 0.02, (given.tokens, D)).astype(np.float32),
        "blocks": [
            {
                "space": attention(),
                "time": attention(),
                "norm": norm_of(D),
                "up": linear_of(rng, D, 4 * D),
                "down": linear_of(rng, 4 * D, D),
            }
            for _ in range(given.blocks)
        ],
        "norm": norm_of(D),
        "head": linear_of(rng, D, given.codes),
    }


def linear(p, x):
    return x @ p["w"] + p["b"]


def layer_norm(p, x):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * p["gamma"] + p["beta"]


def rms_norm(x, gain):
    return x * jax.lax.rsqrt((x * x).mean(-1, keepdims=True) + 1e-6) * gain


def rotate(x_BTNhd):
    T, d = x_BTNhd.shape[1], x_BTNhd.shape[-1]
    angle = np.arange(T)[:, None] * 10000.0 ** (-2 * np.arange(d // 2) / d)
    cos, sin = (f(angle).astype(np.float32)[None, :, None, None] for f in (np.cos, np.sin))
    a, b = jnp.split(x_BTNhd, 2, -1)
    return jnp.concatenate([a * cos - b * sin, a * sin + b * cos], -1)


def attention(p, x_BTND, heads, over_time):
    B, T, N, D = x_BTND.shape
    qkv = linear(p["qkv"], layer_norm(p["norm"], x_BTND)).reshape(B, T, N, 3, heads, D // heads)
    q, k, v = (qkv[:, :, :, i] for i in range(3))
    q, k = rms_norm(q, p["q_gain"]), rms_norm(k, p["k_gain"])
    scale = 1 / math.sqrt(D // heads)
    if over_time:
        scores = jnp.einsum("btnhd,bsnhd->bnhts", rotate(q), rotate(k)) * scale
        scores = jnp.where(np.tril(np.ones((T, T), bool)), scores, -jnp.inf)
        y = jnp.einsum("bnhts,bsnhd->btnhd", jax.nn.softmax(scores), v)
    else:
        scores = jnp.einsum("btnhd,btmhd->bthnm", q, k) * scale
        y = jnp.einsum("bthnm,btmhd->btnhd", jax.nn.softmax(scores), v)
    return x_BTND + linear(p["out"], y.reshape(B, T, N, D))


def loss_of(p, ids_BTN, targets_BTN, heads):
    x = p["embed"][ids_BTN] + p["position"]
    for block in p["blocks"]:
        x = attention(block["space"], x, heads, False)
        x = attention(block["time"], x, heads, True)
        hidden = jax.nn.gelu(linear(block["up"], layer_norm(block["norm"], x)), approximate=True)
        x = x + linear(block["down"], hidden)
    log = jax.nn.log_softmax(linear(p["head"], layer_norm(p["norm"], x)))
    return -jnp.take_along_axis(log, targets_BTN[..., None], -1).mean()


def adamw(p, g, m, v, t):
    m = BETAS[0] * m + (1 - BETAS[0]) * g
    v = BETAS[1] * v + (1 - BETAS[1]) * g * g
    spread = jnp.sqrt(v / (1 - BETAS[1] ** t)) + EPSILON
    return p - RATE * (m / (1 - BETAS[0] ** t) / spread + DECAY * p), m, v


def main():
    given = sizes()
    # The process runs on that many processors already; XLA makes a thread for each.
    assert len(os.sched_getaffinity(0)) == given.threads, "start it by run.sh"
    if cache := os.environ.get("JAX_CACHE"):
        jax.config.update("jax_compilation_cache_dir", cache)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    params = jax.tree.map(jnp.asarray, parameters_of(given))
    count = sum(x.size for x in jax.tree.leaves(params))
    rng = np.random.default_rng(1)
    shape = (given.batch, given.frames, given.tokens)
    ids, targets = (jnp.asarray(rng.integers(given.codes, size=shape)) for _ in range(2))

    def train(params, first, second, t):
        loss, grads = jax.value_and_grad(loss_of)(params, ids, targets, given.heads)
        leaves, tree = jax.tree.flatten(params)
        others = (jax.tree.leaves(x) for x in (grads, first, second))
        new = [adamw(*each, t) for each in zip(leaves, *others)]
        return loss, *(jax.tree.unflatten(tree, part) for part in zip(*new))

    train = jax.jit(train, donate_argnums=(0, 1, 2))
    state = [params, *(jax.tree.map(jnp.zeros_like, params) for _ in range(2))]
    steps = 0

    def step():
        nonlocal state, steps
        steps += 1
        loss, *state = train(*state, jnp.float32(steps))
        jax.block_until_ready(state)
        return float(loss)

    report(f"JAX {jax.__version__}", count, step, given.repetitions)


if __name__ == "__main__":
    main()
