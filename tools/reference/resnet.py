"""Writes tests/reference/resnet18.safetensors: what torchvision's own ResNet-18 computes.

Its 11 million weights aren't kept: here and in the Rust test they are a formula of the tensor's name
and the value's index, see formula.py, and so are the frames. Kept are logits, means and deviations of
every stage, and, of one step in training mode, gradients and running statistics, each as its norm and
its product with a vector of the same formula. Computed in float64 and rounded once.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torchvision.models import resnet18

from formula import parameter, values

OUT = Path(__file__).resolve().parents[2] / "tests" / "reference" / "resnet18.safetensors"
FLOAT32_AGREEMENT = 5e-5  # half of what the Rust test allows
EVALUATED = {"square": (3, 64, 64), "odd": (2, 45, 90), "least": (2, 32, 32)}  # B, H, W
TRAINED = (4, 64, 48)


def network(dtype):
    model = resnet18(weights=None, num_classes=1)
    state = {
        name: tensor if name.endswith("num_batches_tracked") else torch.tensor(parameter(name, tuple(tensor.shape)))
        for name, tensor in model.state_dict().items()
    }
    model.load_state_dict(state)
    return model.to(dtype)


def frames(name, batch, height, width, dtype):
    x = values(f"frames.{name}", (batch, 3, height, width)) * np.sqrt(3)
    return torch.tensor(x.astype(np.float32)).to(dtype)


def brief(name, tensor):
    """Norm, and product with a vector of norm about 1."""
    x = tensor.detach().double().numpy()
    with_what = values(f"probe.{name}", x.shape) * np.sqrt(3 / x.size)
    return np.array([np.linalg.norm(x), (x * with_what).sum()])


def evaluated(name, size, dtype):
    model = network(dtype).eval()
    seen = {}
    stages = {"stem": model.maxpool} | {f"layer{i}": getattr(model, f"layer{i}") for i in (1, 2, 3, 4)}
    for stage, module in stages.items():
        module.register_forward_hook(lambda _m, _i, y, stage=stage: seen.__setitem__(stage, y))
    with torch.no_grad():
        logits = model(frames(name, *size, dtype)).reshape(-1)
    out = {f"{name}.logits": logits.double().numpy()}
    for stage, y in seen.items():
        out[f"{name}.{stage}"] = np.array([y.double().mean(), y.double().std(correction=0)])
    return out


def trained(dtype):
    model = network(dtype).train()
    batch = TRAINED[0]
    logits = model(frames("train", *TRAINED, dtype)).reshape(-1)
    good = torch.tensor([i % 2 for i in range(batch)], dtype=dtype)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, good)
    loss.backward()
    out = {"train.logits": logits.detach().double().numpy(), "train.loss": loss.detach().double().numpy().reshape(1)}
    for name, parameter_ in model.named_parameters():
        out[f"grad.{name}"] = brief(name, parameter_.grad)
    for name, buffer in model.named_buffers():
        if not name.endswith("num_batches_tracked"):
            out[f"after.{name}"] = brief(name, buffer)
    return out


def everything(dtype):
    out = trained(dtype)
    for name, size in EVALUATED.items():
        out |= evaluated(name, size, dtype)
    return out


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    exact, single = everything(torch.float64), everything(torch.float32)
    worst = max(np.abs(exact[name] - single[name]).max() / np.abs(exact[name]).max() for name in exact)
    print(f"float32 is within {worst:.1e} of float64")
    assert worst < FLOAT32_AGREEMENT, "the bar can't be met in float32"
    config = {"evaluated": EVALUATED, "trained": TRAINED}
    tensors = {name: x.astype(np.float32) for name, x in sorted(exact.items())}
    save_file(tensors, OUT, metadata={"config": json.dumps(config)})
    print(f"{OUT}: {len(tensors)} tensors, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
