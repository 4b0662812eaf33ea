"""Writes tests/reference/ssim.safetensors: pairs of small pictures, with their SSIM and PSNR by scikit-image.

Gaussian windows of 11 x 11, as Wang et al. (2004) have them: `gaussian_weights` with sigma 1.5 (scikit-image
then leaves out the 5 pixels at each border whose windows stick out), population covariances, each channel by
itself. The pictures are drawn from a fixed seed; the same bytes come out on every run.
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

OUT = Path(__file__).resolve().parents[2] / "tests" / "reference" / "ssim.safetensors"

rng = np.random.default_rng(7)


def smooth(height, width):
    y, x = np.mgrid[:height, :width]
    channels = [127 + 120 * np.sin(x / (3 + c) + rng.uniform(0, 6)) * np.cos(y / (5 - c)) for c in range(3)]
    return np.stack(channels, -1).round().astype(np.uint8)


def noisy(picture, strength):
    return (picture + rng.normal(0, strength, picture.shape)).clip(0, 255).round().astype(np.uint8)


def noise(height, width):
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


a, b, c = smooth(24, 20), smooth(17, 31), smooth(11, 11)
flat = np.full((16, 16, 3), 90, np.uint8)
cases = [
    (a, noisy(a, 4)),
    (a, noisy(a, 60)),
    (b, np.roll(b, 1, axis=1)),  # one pixel to the side
    (b, (b * 0.7).astype(np.uint8)),  # darker
    (c, noisy(c, 20)),  # a single window
    (flat, flat + np.uint8(3)),
    (noise(13, 14), noise(13, 14)),
]
tensors, ssim, psnr = {}, [], []
for number, (x, y) in enumerate(cases):
    tensors[f"{number}.a"], tensors[f"{number}.b"] = x, y
    ssim.append(
        structural_similarity(
            x, y, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=-1
        )
    )
    psnr.append(peak_signal_noise_ratio(x, y, data_range=255))
tensors["ssim"], tensors["psnr"] = np.array(ssim), np.array(psnr)
save_file(tensors, OUT)
print(f"{OUT}: {OUT.stat().st_size} bytes; ssim {np.round(ssim, 4)}, psnr {np.round(psnr, 2)}")
