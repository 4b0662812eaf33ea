"""Talking heads: a person before a wall, moving a little, with captions that change."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from drawing import SIZE, bright, clouds, color, dark, gradient, label, landscape, phrase, shapes, stamp

SKIN = [(255, 224, 196), (234, 192, 134), (198, 134, 66), (141, 85, 36), (80, 51, 30)]


class Head:
    """A head and shoulders of `size` pixels; `draw` puts it at a place, at a time."""

    def __init__(self, rng, size):
        self.size = size
        self.skin, self.hair, self.shirt = SKIN[rng.integers(5)], color(rng, (0.1, 0.8)), color(rng, (0.2, 0.95))
        self.wide, self.long = rng.uniform(0.2, 0.27), rng.uniform(0.28, 0.36)
        self.fringe, self.beard, self.glasses = rng.uniform(0.3, 0.7), rng.random() < 0.3, rng.random() < 0.4
        self.sway = rng.uniform(0.02, 0.16, 4), rng.uniform(0, 7, 4), rng.uniform(0.01, 0.05, 4)
        self.talk, self.blink, self.hands = rng.uniform(0.6, 1.6), int(rng.integers(20, 45)), rng.random() < 0.5

    def draw(self, frame, x, y, t):
        """Centre of the face at rest is x, y."""
        draw, s = ImageDraw.Draw(frame), self.size
        rate, phase, far = self.sway
        dx, dy, hx, hy = s * far * np.sin(2 * np.pi * rate * t / 2 + phase)
        w, h = self.wide * s, self.long * s

        def oval(cx, cy, rx, ry, fill):
            draw.ellipse((cx - rx, cy - ry, cx + rx, cy + ry), fill=fill)

        bx, by = x + dx / 3, y + dy / 3
        oval(bx, by + h * 2.5, w * 2.2, h * 1.4, self.shirt)
        x, y = x + dx, y + dy
        draw.rectangle((x - w / 2.4, y + h / 2, x + w / 2.4, y + h * 1.35), fill=self.skin)
        oval(x, y - h * 0.15, w * 1.15, h * 1.05, self.hair)
        oval(x, y, w, h, self.skin)
        draw.pieslice((x - w, y - h, x + w, y + h * (1 - self.fringe)), 180, 360, fill=self.hair)
        if self.beard:
            draw.chord((x - w * 0.8, y - h * 0.1, x + w * 0.8, y + h), 20, 160, fill=self.hair)
        closed = t % self.blink < 2
        for side in (-1, 1):
            ex, ey = x + side * w * 0.42, y - h * 0.05
            oval(ex, ey, w * 0.19, 1 if closed else h * 0.1, (250, 250, 250))
            if not closed:
                oval(ex + hx / 2, ey, w * 0.08, h * 0.06, (20, 20, 30))
            if self.glasses:
                draw.ellipse((ex - w * 0.3, ey - h * 0.17, ex + w * 0.3, ey + h * 0.17), outline=(20, 20, 20), width=2)
        mouth = abs(np.sin(self.talk * t) * np.sin(0.37 * self.talk * t))
        oval(x, y + h * 0.55, w * 0.3, h * (0.03 + 0.14 * mouth), (120, 30, 40))
        if self.hands:
            for side in (-1, 1):
                lift = h * 0.7 * np.sin(0.5 * self.talk * t + side)
                oval(bx + side * w * 1.9 + hx * 2, by + h * 2.2 - lift, w * 0.3, h * 0.25, self.skin)


def room(rng, size=SIZE):
    """What hangs and stands behind a person."""
    if rng.random() < 0.25:
        return (clouds, shapes, landscape)[rng.integers(3)](rng, size).filter(ImageFilter.GaussianBlur(4))
    image = gradient(rng, [color(rng, (0.3, 0.9), (0.05, 0.5)) for _ in range(2)], size)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(1, 4)):
        x, y = rng.uniform(-0.1, 0.8, 2) * size
        w, h = rng.uniform(0.15, 0.5, 2) * size
        draw.rectangle((x, y, x + w, y + h), fill=dark(rng))
        if rng.random() < 0.6:  # books
            at = x + 2
            while at < x + w - 4:
                thick = rng.uniform(3, 9) * size / SIZE
                draw.rectangle((at, y + h * rng.uniform(0.05, 0.4), min(at + thick, x + w), y + h), fill=color(rng, (0.3, 1)))
                at += thick + 1
        else:
            draw.rectangle((x + 3, y + 3, x + w - 3, y + h - 3), fill=color(rng))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 3)))


def caption(rng, style):
    """A bar with one or two lines of text, as an image."""
    size, ink, paper = style
    lines = [label(phrase(rng, 2, 5), size, ink) for _ in range(rng.integers(1, 3))]
    bar = Image.new("RGBA", (SIZE, (size + 5) * len(lines) + 6), paper)
    for i, line in enumerate(lines):
        stamp(bar, line, 8, 4 + i * (size + 5))
    return bar


def talking(rng, ground, frames):
    head, wall = Head(rng, SIZE * rng.uniform(0.7, 1.3)), room(rng, SIZE * 3 // 2)
    style = int(rng.integers(12, 22)), bright(rng), (*dark(rng), int(rng.choice([140, 200, 255])))
    low = int(rng.choice([SIZE - 70, SIZE - 50, 0]))
    cut = bar_left = 0
    for t in range(frames):
        if cut == 0:  # a jump cut: nearer or farther, and a step aside
            cut = int(rng.integers(20, 90))
            side = rng.uniform(0.65, 1.0) * wall.width
            left, top = rng.uniform(0, wall.width - side, 2)
            place = rng.uniform(0.35, 0.65) * SIZE, rng.uniform(0.38, 0.5) * SIZE
        if bar_left == 0:
            bar_left = int(rng.integers(12, 50))
            bar = caption(rng, style) if rng.random() < 0.85 else None
        frame = wall.resize((SIZE, SIZE), Image.BILINEAR, (left, top, left + side, top + side))
        head.draw(frame, *place, t)
        if bar:
            stamp(frame, bar, 0, low)
        yield frame
        cut, bar_left = cut - 1, bar_left - 1
