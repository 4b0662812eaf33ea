"""Title sequences: black bars above and below, text that fades in and out, something that drifts."""

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from drawing import SIZE, bright, color, label, noise, phrase, picture, stamp, tint


def drifting(rng, ground):
    """A function of time: a dark picture of twice the size, seen through a moving window."""
    if rng.random() < 0.5:
        image = tint(noise(rng, size=SIZE * 2), [(0, 0, 0), color(rng, (0.2, 0.7)), color(rng, (0.3, 1.0))])
    else:
        image = picture(rng, ground, SIZE * 2)
    image = ImageEnhance.Brightness(image).enhance(rng.uniform(0.3, 0.8))
    start, speed = rng.uniform(0, SIZE, 2), rng.uniform(-1.2, 1.2, 2)

    def window(t):
        # There and back again, so that it never leaves the picture.
        x, y = (SIZE - abs((start + speed * t) % (2 * SIZE) - SIZE)).astype(int)
        return image.crop((x, y, x + SIZE, y + SIZE))

    return window


def sparks(rng):
    place, speed = rng.uniform(0, SIZE, (60, 2)), rng.uniform(-2, 2, (60, 2))
    size, fill = rng.uniform(0.5, 2.5, 60), bright(rng)

    def draw(frame, t):
        pen = ImageDraw.Draw(frame)
        for (x, y), r in zip((place + speed * t) % SIZE, size):
            pen.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    return draw


def titles(rng, ground, frames):
    behind, light = drifting(rng, ground), sparks(rng) if rng.random() < 0.5 else None
    bar, ink = int(rng.integers(24, 62)), bright(rng)
    left = 0
    for t in range(frames):
        if left == 0:
            left = length = int(rng.integers(18, 50))
            lines = [label(phrase(rng, 1, 3), int(rng.integers(16, 46)), ink) for _ in range(rng.integers(1, 3))]
            if rng.random() < 0.25:
                behind = drifting(rng, ground)
            grow, x, y = rng.uniform(0, 0.25), rng.uniform(-30, 30), rng.uniform(bar + 5, 150)
        frame = behind(t).copy()
        if light:
            light(frame, t)
        done = 1 - left / length
        seen = min(1.0, 4 * done, 4 * (1 - done))
        down = y
        for line in lines:
            scale = 1 + grow * done
            shown = line.resize((int(line.width * scale), int(line.height * scale)), Image.BILINEAR)
            shown.putalpha(shown.getchannel("A").point(lambda a: int(a * seen)))
            stamp(frame, shown, (SIZE - shown.width) / 2 + x, down)
            down += shown.height + 8
        draw = ImageDraw.Draw(frame)
        draw.rectangle((0, 0, SIZE, bar), fill=(0, 0, 0))
        draw.rectangle((0, SIZE - bar, SIZE, SIZE), fill=(0, 0, 0))
        yield frame
        left -= 1
