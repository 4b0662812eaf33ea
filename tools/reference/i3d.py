"""Writes tests/reference/i3d.safetensors: I3D's logits, and Fréchet distances by scipy.

The network is written from Carreira and Zisserman (arXiv 1705.07750), figure 3, with TensorFlow's
"SAME" padding. Its 12 million weights aren't kept: as in resnet.py, they are a formula of the tensor's
name and the value's index, and so are the clips and the sets of features. Computed in float64 and
rounded once.
"""

import json
from pathlib import Path

import numpy as np
import scipy.linalg
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

from formula import parameter, values

OUT = Path(__file__).resolve().parents[2] / "tests" / "reference" / "i3d.safetensors"
FLOAT32_AGREEMENT = 5e-5  # half of what the Rust test allows
# B, T, H, W, straight into the network.
CLIPS = {"square": (2, 9, 32, 32), "odd": (1, 17, 50, 39), "long": (1, 25, 33, 64)}
# B, T, H, W of bytes, resized to 224x224 first.
PICTURES = (1, 9, 12, 20)
# Rows of both sets, features, and how far apart they are made.
SETS = {"many": (60, 45, 8, 0.5), "few": (12, 9, 40, 0.2), "wide": (16, 16, 400, 0.1)}

EPSILON = 1e-3
MIXED = {
    "Mixed_3b": (192, 64, 96, 128, 16, 32, 32),
    "Mixed_3c": (256, 128, 128, 192, 32, 96, 64),
    "Mixed_4b": (480, 192, 96, 208, 16, 48, 64),
    "Mixed_4c": (512, 160, 112, 224, 24, 64, 64),
    "Mixed_4d": (512, 128, 128, 256, 24, 64, 64),
    "Mixed_4e": (512, 112, 144, 288, 32, 64, 64),
    "Mixed_4f": (528, 256, 160, 320, 32, 128, 128),
    "Mixed_5b": (832, 256, 160, 320, 32, 128, 128),
    "Mixed_5c": (832, 384, 192, 384, 48, 128, 128),
}


class Net:
    def __init__(self, dtype):
        self.dtype = dtype

    def get(self, name, *shape):
        return torch.from_numpy(parameter(name, shape)).to(self.dtype)

    def unit(self, name, x, outputs, side, stride=1):
        """Convolution, batch norm, ReLU."""
        weight = self.get(f"{name}.conv3d.weight", outputs, x.shape[1], side, side, side)
        x = F.conv3d(same(x, [side] * 3, [stride] * 3, 0.0), weight, stride=stride)
        mean, var, gamma, beta = (
            self.get(f"{name}.bn.{part}", outputs).reshape(-1, 1, 1, 1)
            for part in ("running_mean", "running_var", "weight", "bias")
        )
        return torch.relu((x - mean) / torch.sqrt(var + EPSILON) * gamma + beta)

    def mixed(self, name, x):
        inputs, a, b0, b1, c0, c1, d = MIXED[name]
        assert x.shape[1] == inputs
        return torch.cat(
            [
                self.unit(f"{name}.b0", x, a, 1),
                self.unit(f"{name}.b1b", self.unit(f"{name}.b1a", x, b0, 1), b1, 3),
                self.unit(f"{name}.b2b", self.unit(f"{name}.b2a", x, c0, 1), c1, 3),
                self.unit(f"{name}.b3b", pool(x, (3, 3, 3), (1, 1, 1)), d, 1),
            ],
            dim=1,
        )

    def stages(self, x):
        x = self.unit("Conv3d_1a_7x7", x, 64, 7, 2)
        yield (x := pool(x, (1, 3, 3), (1, 2, 2)))
        x = self.unit("Conv3d_2b_1x1", x, 64, 1)
        x = self.unit("Conv3d_2c_3x3", x, 192, 3)
        yield (x := pool(x, (1, 3, 3), (1, 2, 2)))
        for number, kernel in ("3", None), ("4", (3, 3, 3)), ("5", (2, 2, 2)):
            if kernel:
                x = pool(x, kernel, (2, 2, 2))
            for name in MIXED:
                if name[6] == number:
                    x = self.mixed(name, x)
            yield x

    def logits(self, x):
        """Of pictures smaller than 224x224, the average pool takes all that is left of them."""
        x = F.avg_pool3d(x, (2, *x.shape[3:]), stride=1)
        weight = self.get("logits.conv3d.weight", 400, 1024, 1, 1, 1)
        x = F.conv3d(x, weight, self.get("logits.conv3d.bias", 400))
        return x.squeeze(4).squeeze(3).mean(2)


def same(x, kernel, stride, value):
    """TensorFlow's padding: as many windows as size / stride, rounded up; the odd one behind."""
    pads = []
    for size, k, s in zip(x.shape[2:], kernel, stride):
        if size % s == 0:
            total = max(k - s, 0)
        else:
            total = max(k - size % s, 0)
        pads = [total // 2, total - total // 2] + pads
    return F.pad(x, pads, value=value)


def pool(x, kernel, stride):
    # TensorFlow's border never wins, whatever the values are.
    return F.max_pool3d(same(x, kernel, stride, -torch.inf), kernel, stride)


def run(dtype):
    net, out = Net(dtype), {}
    with torch.no_grad():
        for name, (b, t, h, w) in CLIPS.items():
            clip = values(f"clips.{name}", (b, 3, t, h, w)).astype(np.float32)
            stages = list(net.stages(torch.from_numpy(clip).to(dtype)))
            for number, x in enumerate(stages):
                out[f"{name}.stage{number}"] = torch.stack([x.mean(), x.std(correction=0)])
            out[f"{name}.logits"] = net.logits(stages[-1])
        b, t, h, w = PICTURES
        frames = torch.from_numpy(picture_bytes()).to(dtype).reshape(b * t, h, w, 3)
        frames = F.interpolate(
            frames.permute(0, 3, 1, 2), (224, 224), mode="bilinear", align_corners=False
        )
        clip = frames.reshape(b, t, 3, 224, 224).transpose(1, 2) / 255 * 2 - 1
        stages = list(net.stages(clip))
        assert stages[-1].shape[3:] == (7, 7)
        out["pictures.logits"] = net.logits(stages[-1])
    return {name: x.numpy() for name, x in out.items()}


def picture_bytes():
    return np.floor((values("pictures", (*PICTURES, 3)) + 1) * 128).clip(0, 255).astype(np.float32)


def distances():
    """By the matrix square root of scipy, except where it is singular: there by singular values."""
    out = {}
    for name, (rows1, rows2, width, shift) in SETS.items():
        spread = 0.3 + np.abs(values(f"{name}.spread", (width,)))
        a = values(f"{name}.a", (rows1, width)) * spread
        b = values(f"{name}.b", (rows2, width)) + shift
        a, b = (x.astype(np.float32).astype(np.float64) for x in (a, b))
        s1, s2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
        if min(rows1, rows2) > width:
            root = np.trace(scipy.linalg.sqrtm(s1 @ s2)).real
        else:
            centred = [(x - x.mean(0)) / np.sqrt(len(x) - 1) for x in (a, b)]
            root = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
        means = ((a.mean(0) - b.mean(0)) ** 2).sum()
        out[f"{name}.distance"] = np.array([means + np.trace(s1) + np.trace(s2) - 2 * root])
    return out


def main():
    exact, single = run(torch.float64), run(torch.float32)
    for name, x in exact.items():
        apart = np.abs(single[name] - x).max() / np.abs(x).max()
        assert apart < FLOAT32_AGREEMENT, (name, apart)
    tensors = {name: x.astype(np.float32) for name, x in exact.items()} | distances()
    config = {"clips": CLIPS, "pictures": PICTURES, "sets": SETS}
    save_file(tensors, OUT, metadata={"config": json.dumps(config)})
    for name, x in sorted(tensors.items()):
        print(name, x.shape, x.ravel()[:3])


if __name__ == "__main__":
    main()
