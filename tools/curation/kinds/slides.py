"""Slide shows: still pictures under slow pans and zooms, with cuts and cross-fades between them."""

import numpy as np
from PIL import Image

from drawing import SIZE, bright, dark, label, phrase, picture, stamp

LARGE = SIZE * 3 // 2


def shot(rng, ground):
    """A picture and the two squares (left, top, side) between which the camera moves."""
    image = picture(rng, ground, LARGE)
    if rng.random() < 0.3:
        text = label(phrase(rng, 2, 4), int(rng.integers(18, 36)), bright(rng), dark(rng))
        stamp(image, text, rng.uniform(20, LARGE / 2), rng.uniform(40, LARGE - 60))
    ends = []
    for side in rng.uniform(0.45, 1.0, 2) * LARGE:
        ends.append((*rng.uniform(0, LARGE - side, 2), side))
    start, end = np.array(ends)
    # Slow: never more than a third of the way across.
    return image, start, start + (end - start) * rng.uniform(0.1, 0.6)


def view(image, start, end, part):
    left, top, side = start + (end - start) * part
    return image.resize((SIZE, SIZE), Image.BILINEAR, (left, top, left + side, top + side))


def slides(rng, ground, frames):
    left, fade, old, image = 0, 0, None, None
    for _ in range(frames):
        if left == 0:
            old = frame if image else None
            length = left = int(rng.integers(15, 70))
            fade = int(rng.choice([0, 0, 5, 10])) if old else 0
            image, start, end = shot(rng, ground)
        done = length - left
        frame = view(image, start, end, done / length)
        yield Image.blend(old, frame, done / fade) if done < fade else frame
        left -= 1
