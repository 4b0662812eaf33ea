"""Writes tests/reference/*.safetensors: what the Rust code must agree with, to 1e-4.

Parameters and inputs are drawn as float32; outputs and gradients are computed from them in float64
and rounded once, so that the vectors carry no error of their own. Before anything is written, the
reference is checked against itself: see `self_check` and `agrees_in_float32`.
"""

import dataclasses
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

import reference as r

OUT = Path(__file__).resolve().parents[2] / "tests" / "reference"
MARGIN = 2e-3  # no quantiser's choice is nearer to a tie than this
FLOAT32_AGREEMENT = 2e-5  # a fifth of what the Rust tests allow


# --- Drawing --------------------------------------------------------------------------------------


class Draw:
    """Random float32 values, from the legacy numpy stream: the one that never changes."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def normal(self, *shape, scale=1.0):
        return (scale * self.random.standard_normal(shape)).astype(np.float32)

    def around_one(self, *shape):
        return (1 + 0.2 * self.random.uniform(-1, 1, shape)).astype(np.float32)

    def integers(self, limit, *shape):
        return self.random.randint(0, limit, shape).astype(np.int32)

    def bernoulli(self, rate, *shape):
        return self.random.uniform(size=shape) < rate

    def unit(self, *shape):
        x = self.random.standard_normal(shape)
        return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)

    def frames(self, B, T, H, W):
        """Video in [0, 1] whose transitions range from almost still to almost all new."""
        frames = [self.random.uniform(size=(B, H, W, 3))]
        for step in range(1, T):
            amount = (0.05, 0.2, 0.6)[(step - 1) % 3] * np.array([1.0, 1.5])[:B, None, None, None]
            change = amount * self.random.uniform(-1, 1, (B, H, W, 3))
            frames.append(np.clip(frames[-1] + change, 0, 1))
        return np.stack(frames, 1).astype(np.float32)

    def parameters(self, shapes):
        """Every parameter non-trivial, and scaled so that activations stay near 1."""

        def one(name, shape):
            last = name.rsplit(".", 1)[-1]
            if last in ("gamma", "query_gain", "key_gain"):
                return self.around_one(*shape)
            if last == "weight":
                return self.normal(*shape, scale=shape[0] ** -0.5)
            if last in ("codebook", "token_embedding"):
                return self.normal(*shape)
            if last in ("position", "hidden", "action_token"):
                return self.normal(*shape, scale=0.5)
            assert last in ("bias", "beta"), name
            return self.normal(*shape, scale=0.2)

        return {name: one(name, shape) for name, shape in shapes.items()}


# --- Evaluating -----------------------------------------------------------------------------------


def evaluate(function, parameters, inputs, dtype=torch.float64):
    """Calls `function(parameters, inputs) -> (outputs, scalar)`; gives arrays: outputs, gradients.

    Gradients are of the scalar, by every parameter and by the inputs that `function` marked.
    """
    p = r.Params({k: torch.tensor(v, dtype=dtype, requires_grad=True) for k, v in parameters.items()})
    x = {
        k: torch.tensor(v, dtype=dtype) if v.dtype == np.float32 else torch.tensor(v, dtype=torch.int64)
        for k, v in inputs.items()
    }
    outputs, scalar = function(p, x)
    scalar.backward()
    gradients = {k: v.grad for k, v in (p | x).items() if v.requires_grad}
    return {k: array(v) for k, v in outputs.items()}, {k: array(v) for k, v in gradients.items()}


def array(x):
    """Float32 or int32, with at least one dimension."""
    x = x.detach()
    x = x.to(torch.float32 if x.is_floating_point() else torch.int32)
    return np.ascontiguousarray(np.atleast_1d(x.numpy()))


def vectors(function, parameters, inputs):
    """All tensors of one case, under their prefixes, after a check that float32 suffices."""
    outputs, gradients = evaluate(function, parameters, inputs)
    agrees_in_float32((outputs, gradients), evaluate(function, parameters, inputs, torch.float32))
    for name, gradient in gradients.items():
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, f"no gradient: {name}"
    groups = {"param": parameters, "in": inputs, "out": outputs, "grad": gradients}
    return {f"{group}.{k}": v for group, tensors in groups.items() for k, v in tensors.items()}


def agrees_in_float32(exact, single):
    """A careful float32 program can meet the bar, or the vectors would be of no use."""
    for want, got in zip(exact, single):
        for name, reference in want.items():
            if reference.dtype == np.int32:
                assert (got[name] == reference).all(), name
                continue
            scale = np.abs(reference).max()
            error = np.abs(got[name] - reference).max()
            assert error <= FLOAT32_AGREEMENT * scale, f"{name}: {error} of {scale}"


def save(name, config, tensors):
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{name}.safetensors"
    save_file(tensors, path, metadata={"config": json.dumps(config, sort_keys=True)})
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")
    if "--list" in sys.argv:
        for key, value in tensors.items():
            print(f"  {key} {value.dtype} {list(value.shape)}")


def config_of(model, **more):
    config = dataclasses.asdict(model)
    config["quantizer"]["kind"] = type(model.quantizer).__name__.lower()
    return config | more


def first_clear_seed(attempt):
    """The result of the first seed whose quantiser is never near a tie, as `attempt` judges."""
    for seed in range(1000):
        result = attempt(seed)
        if result is not None:
            return seed, result
    raise AssertionError("no seed will do")


def with_inputs_marked(x, *names):
    for name in names:
        x[name].requires_grad_()


# --- The files ------------------------------------------------------------------------------------


def attention():
    B, T, N = 2, 5, 6
    tensors, config = {}, {"batch": B, "frames": T, "tokens": N, "cases": {}}
    # The second case is small enough for the normalisation's ε to show.
    for case, heads, head_dim, scale in (("h2d8", 2, 8, 1.0), ("h3d4", 3, 4, 0.02)):
        draw, inner = Draw(1), heads * head_dim
        parameters = {"q_gain": draw.around_one(head_dim), "k_gain": draw.around_one(head_dim)}
        inputs = {"qkv": draw.normal(B, T, N, 3 * inner, scale=scale), "w": draw.normal(B, T, N, inner)}
        for name, attend in (("spatial", r.spatial_attention), ("temporal", r.temporal_attention)):

            def function(p, x):
                with_inputs_marked(x, "qkv")
                out = attend(x["qkv"], p["q_gain"], p["k_gain"])
                return {name: out}, (out * x["w"]).sum()

            for key, value in vectors(function, parameters, inputs).items():
                key = key.replace("grad.", f"grad.{name}.")
                tensors[f"{case}.{key}"] = value
        config["cases"][case] = {"heads": heads, "head_dim": head_dim}
    save("attention", config, tensors)


def block():
    B, T, N = 2, 4, 5
    shape = r.Transformer(width=12, blocks=1, heads=2, head_dim=8)  # an inner width unlike the width
    draw = Draw(2)
    parameters = draw.parameters(shape.block_shapes())
    x = draw.normal(B, T, N, shape.width, scale=0.1)  # small enough for LayerNorm's ε to show
    inputs = {"x": x, "w": draw.normal(B, T, N, shape.width)}

    def function(p, x):
        with_inputs_marked(x, "x")
        y = r.st_block(p, x["x"])
        loss = (y * x["w"]).sum()
        return {"y": y, "loss": loss}, loss

    config = dataclasses.asdict(shape) | {"batch": B, "frames": T, "tokens": N}
    save("block", config, vectors(function, parameters, inputs))


def quantise(quantizer, parameters, inputs):
    """A quantiser alone: the objective is Σ output·w + loss."""
    margins = []

    def function(p, x):
        with_inputs_marked(x, "z")
        output, index, loss, margin = quantizer(p, x["z"])
        margins.append(margin)
        objective = (output * x["w"]).sum() + loss
        return {"output": output, "index": index, "loss": loss, "objective": objective}, objective

    evaluate(function, parameters, inputs)
    return vectors(function, parameters, inputs) if min(margins) > MARGIN else None


def vq():
    quantizer, shape = r.VQ(codes=16, code_dim=8), (2, 3, 6, 8)

    def attempt(seed):
        draw = Draw(seed)
        small = 0.01  # so that the ε of unit length shows
        inputs = {"z": draw.normal(*shape, scale=small), "w": draw.normal(*shape)}
        parameters = {"codebook": draw.normal(quantizer.codes, quantizer.code_dim, scale=small)}
        return quantise(quantizer, parameters, inputs)

    seed, tensors = first_clear_seed(attempt)
    save("vq", dataclasses.asdict(quantizer) | {"seed": seed}, tensors)


def fsq():
    tensors, config = {}, {"cases": {}}
    for levels in ((4, 4, 4, 4, 4), (8, 5, 5)):
        quantizer, shape = r.FSQ(levels), (2, 3, 6, len(levels))
        case = "l" + "".join(map(str, levels))

        def attempt(seed):
            draw = Draw(seed)
            inputs = {"z": draw.normal(*shape, scale=1.5), "w": draw.normal(*shape)}
            return quantise(quantizer, {}, inputs)

        seed, found = first_clear_seed(attempt)
        tensors |= {f"{case}.{key}": value for key, value in found.items()}
        config["cases"][case] = {"levels": levels, "seed": seed}
    save("fsq", config, tensors)


ENCODER = r.Transformer(width=16, blocks=2, heads=2, head_dim=8)


def tokenizer(name, quantizer):
    model = r.Tokenizer(
        height=16,
        width=16,
        patch=4,
        encoder=ENCODER,
        decoder=r.Transformer(width=24, blocks=2, heads=3, head_dim=8),
        quantizer=quantizer,
    )
    margins = []

    def function(p, x):
        outputs, margin = model(p, x["frames"])
        margins.append(margin)
        return outputs, outputs["loss"]

    def attempt(seed):
        draw = Draw(seed)
        parameters, inputs = draw.parameters(model.shapes()), {"frames": draw.frames(2, 4, 16, 16)}
        outputs, _ = evaluate(function, parameters, inputs)
        clear = margins[-1] > MARGIN and len(np.unique(outputs["indices"])) >= 8
        return vectors(function, parameters, inputs) if clear else None

    seed, tensors = first_clear_seed(attempt)
    save(name, config_of(model, seed=seed, batch=2, frames=4), tensors)


def spread_latents(parameters, z):
    """An untrained encoder says almost the same of every transition. Centring and stretching its
    last layer, as training would, has them choose different codes."""
    weight, bias = (f"encoder.to_latent.{name}" for name in ("weight", "bias"))
    mean, spread = z.mean((0, 1)), z.std((0, 1)).mean()
    parameters[bias] = (parameters[bias] - mean) / spread
    parameters[weight] = parameters[weight] / spread


def latent_action():
    model = r.LatentAction(
        height=16,
        width=16,
        patch=8,
        encoder=ENCODER,
        decoder=ENCODER,
        quantizer=r.VQ(codes=4, code_dim=8),
        motion_floor=0.002,
    )
    margins = []

    def function(p, x):
        outputs, margin = model(p, x["frames"], x["hidden"])
        margins.append(margin)
        return outputs, outputs["loss_motion_weighted"]

    def attempt(seed):
        draw = Draw(seed)
        parameters = draw.parameters(model.shapes())
        hidden = np.array([[0, 1, 0], [1, 0, 0]], dtype=np.float32)
        inputs = {"frames": draw.frames(2, 4, 16, 16), "hidden": hidden}
        outputs, _ = evaluate(function, parameters, inputs)
        spread_latents(parameters, outputs["z"])
        outputs, _ = evaluate(function, parameters, inputs)
        clear = margins[-1] > 10 * MARGIN and len(np.unique(outputs["indices"])) >= 3
        return vectors(function, parameters, inputs) if clear else None

    seed, tensors = first_clear_seed(attempt)
    save("latent_action", config_of(model, seed=seed, batch=2, frames=4), tensors)


def dynamics():
    B, T = 2, 4
    model = r.Dynamics(tokens=6, codes=16, code_dim=8, transformer=ENCODER)
    draw = Draw(3)
    parameters = draw.parameters(model.shapes())
    targets = draw.integers(model.codes, B, T, model.tokens)
    masked = draw.bernoulli(0.6, B, T, model.tokens)
    tokens = np.where(masked, model.codes, targets).astype(np.int32)
    latents = draw.unit(B, T, model.code_dim)
    latents[:, 0] = 0  # no transition leads to the first frame
    latents[1, 2] = 0  # and this action is unknown
    inputs = {"tokens": tokens, "targets": targets, "latents": latents}

    def function(p, x):
        outputs = model(p, x["tokens"], x["targets"], x["latents"])
        return outputs, outputs["loss"]

    config = dataclasses.asdict(model) | {"batch": B, "frames": T}
    save("dynamics", config, vectors(function, parameters, inputs))


# --- Checks of the reference itself ---------------------------------------------------------------


def self_check():
    draw = Draw(4)

    def tensor(x):
        return torch.tensor(x, dtype=torch.float64)

    def equal(a, b):
        assert torch.allclose(a, b, rtol=0, atol=1e-11), (a - b).abs().max()

    def model_parameters(model):
        return r.Params({k: tensor(v) for k, v in draw.parameters(model.shapes()).items()})

    # Attention against plain loops over one head, with rotation as a product of complex numbers.
    B, T, N, heads, d = 1, 4, 3, 2, 8
    inner = heads * d
    qkv = tensor(draw.normal(B, T, N, 3 * inner))
    gains = tensor(draw.around_one(2, d))
    spatial, temporal = r.spatial_attention(qkv, *gains), r.temporal_attention(qkv, *gains)

    def part(which, t, n, head):
        x = qkv[0, t, n, which * inner + head * d :][:d]
        return x if which == 2 else x / math.sqrt(float(x @ x) / d + 1e-6) * gains[which]

    def turned(x, t):
        frequency = torch.tensor([10000 ** (-2 * i / d) for i in range(d // 2)], dtype=torch.float64)
        x = torch.complex(x[: d // 2], x[d // 2 :]) * torch.exp(1j * t * frequency)
        return torch.cat([x.real, x.imag])

    def attend(query, keys, values):
        weights = [math.exp(float(query @ key) / math.sqrt(d)) for key in keys]
        return sum(w * v for w, v in zip(weights, values)) / sum(weights)

    for t in range(T):
        for n in range(N):
            for head in range(heads):
                mine = slice(head * d, (head + 1) * d)
                frame = [(part(1, t, m, head), part(2, t, m, head)) for m in range(N)]
                equal(spatial[0, t, n, mine], attend(part(0, t, n, head), *zip(*frame)))
                past = [(turned(part(1, s, n, head), s), part(2, s, n, head)) for s in range(t + 1)]
                equal(temporal[0, t, n, mine], attend(turned(part(0, t, n, head), t), *zip(*past)))

    # Rotary time is relative: another clock, the same result.
    for first_time in (1, 37, 10_000):
        equal(r.temporal_attention(qkv, *gains, first_time=first_time), temporal)
    assert (r.temporal_attention(qkv[:, [1, 0, 2, 3]], *gains)[:, 3] - temporal[:, 3]).abs().max() > 1e-3

    # Patches: row-major, (row, column, channel) inside, and back.
    frames = tensor(draw.frames(1, 1, 8, 12))
    patches = r.to_patches(frames, 4)
    for n in range(6):
        for row in range(4):
            for column in range(4):
                pixel = frames[0, 0, n // 3 * 4 + row, n % 3 * 4 + column]
                equal(patches[0, 0, n, (row * 4 + column) * 3 :][:3], pixel)
    equal(r.from_patches(patches, 4, 8, 12), frames)

    # PyTorch's own layers agree.
    x, gamma, beta = (tensor(draw.normal(*s)) for s in ((5, 16), (16,), (16,)))
    own = torch.nn.functional.layer_norm(x, (16,), gamma, beta, 1e-5)
    equal(r.layer_norm({"gamma": gamma, "beta": beta}, x), own)
    equal(r.gelu(x), torch.nn.functional.gelu(x, approximate="tanh"))

    # FSQ reaches every level of every dimension, and its indices are all different and in range.
    for levels in ((4, 4, 4), (8, 5, 5)):
        axis = torch.linspace(-6, 6, 97, dtype=torch.float64)
        z = torch.cartesian_prod(*[axis] * 3)
        codes, index, _, _ = r.FSQ(levels)({}, z)
        count = math.prod(levels)
        assert sorted(set(index.tolist())) == list(range(count))
        assert len(torch.unique(torch.cat([codes, index[:, None]], 1).round(decimals=9), dim=0)) == count

    # Causality: what changes in frame t leaves every earlier output as it was, and changes its own.
    def causal(function, past, changed, first_changed):
        before, after = function(past), function(changed)
        equal(before[:, :first_changed], after[:, :first_changed])
        assert (before - after)[:, first_changed].abs().max() > 1e-6

    small = dict(height=16, width=16, patch=8, encoder=ENCODER, decoder=ENCODER)
    frames, T = tensor(draw.frames(2, 4, 16, 16)), 4
    codes, latents = tensor(draw.normal(2, 4, 4, 8)), tensor(draw.unit(2, 3, 8))
    hidden = torch.zeros(2, 3, dtype=torch.float64)

    model = r.Tokenizer(**small, quantizer=r.VQ(16, 8))
    p = model_parameters(model)
    for t in range(T):
        causal(lambda x: model.encode(p, x), frames, replaced(frames, t), t)
        causal(lambda x: model.decode(p, x), codes, replaced(codes, t), t)

    model_a = r.LatentAction(**small, quantizer=r.VQ(4, 8), motion_floor=0.002)
    p_a = model_parameters(model_a)
    for t in range(1, T):  # latent t−1 is the first that sees frame t
        causal(lambda x: model_a.encode(p_a, x), frames, replaced(frames, t), t - 1)
    past = frames[:, :-1]
    for t in range(T - 1):  # prediction t is the first that sees frame t and latent t
        causal(lambda x: model_a.decode(p_a, x, hidden, latents), past, replaced(past, t), t)
        causal(lambda x: model_a.decode(p_a, past, hidden, x), latents, replaced(latents, t), t)
    all_hidden = torch.ones_like(hidden)
    equal(
        model_a.decode(p_a, past, all_hidden, latents),
        model_a.decode(p_a, replaced(past, 1), all_hidden, latents),
    )

    model_d = r.Dynamics(tokens=4, codes=16, code_dim=8, transformer=ENCODER)
    p_d = model_parameters(model_d)
    tokens = torch.tensor(draw.integers(17, 2, 4, 4), dtype=torch.int64)
    latents = tensor(draw.unit(2, 4, 8))
    for t in range(T):
        other = tokens.clone()
        other[:, t] = (other[:, t] + 1) % 17
        causal(lambda x: model_d.logits(p_d, x, latents), tokens, other, t)
        causal(lambda x: model_d.logits(p_d, tokens, x), latents, replaced(latents, t), t)
    print("self-check: passed")


def replaced(x, t):
    x = x.clone()
    x[:, t] = 1 - x[:, t]
    return x


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    self_check()
    attention()
    block()
    vq()
    fsq()
    tokenizer("tokenizer", r.VQ(codes=16, code_dim=8))
    tokenizer("tokenizer_fsq", r.FSQ((4, 4, 4)))
    latent_action()
    dynamics()


if __name__ == "__main__":
    main()
