"""Test cards, static, loading screens, countdowns, a logo that bounces about."""

import numpy as np
from PIL import Image, ImageDraw

from drawing import SIZE, bright, clouds, color, dark, gradient, label, phrase, stamp


def bars(rng, ground, frames):
    """Colour bars that drift, with a clock and a bright line running down."""
    colors = np.array([color(rng) for _ in range(rng.integers(5, 12))], np.uint8)
    speed, fall, upright = rng.uniform(-3, 3), rng.uniform(1, 6), rng.random() < 0.7
    along = np.arange(SIZE)
    ink, place = bright(rng), rng.uniform(20, 150, 2)
    for t in range(frames):
        band = colors[((along + speed * t) % SIZE * len(colors) // SIZE).astype(int)]
        field = np.broadcast_to(band[None] if upright else band[:, None], (SIZE, SIZE, 3))
        frame = Image.fromarray(np.ascontiguousarray(field))
        draw = ImageDraw.Draw(frame)
        draw.rectangle((0, fall * t % SIZE, SIZE, fall * t % SIZE + 6), fill=ink)
        clock = label(f"{t // 600:02}:{t // 10 % 60:02}.{t % 10}", 36, ink, (0, 0, 0))
        stamp(frame, clock, *place)
        yield frame


def static(rng, ground, frames):
    """Noise of some grain and colour, now and then torn sideways."""
    cells = int(rng.choice([32, 64, 128]))
    grey, dim, tone = rng.random() < 0.6, rng.uniform(0.4, 1.0), np.array(color(rng, (0.5, 1), (0, 0.5)))
    for _ in range(frames):
        grain = rng.random((cells, cells, 1 if grey else 3)) * dim * tone
        if rng.random() < 0.1:
            grain[rng.integers(cells) :] = np.roll(grain, cells // 3, 1)[-1]
        yield Image.fromarray(grain.astype(np.uint8)).resize((SIZE, SIZE), Image.NEAREST)


def loading(rng, ground, frames):
    """A bar that fills unevenly, a wheel, a tip that changes."""
    board = (gradient, clouds)[rng.integers(2)](rng)
    ink, empty = bright(rng), dark(rng)
    x, y, wide, high = rng.integers(10, 60), rng.integers(120, 230), rng.integers(120, 190), rng.integers(6, 26)
    wheel, radius, spin = rng.uniform(50, 200, 2), rng.uniform(12, 45), rng.uniform(0.15, 0.7)
    title = label(phrase(rng, 1, 2), int(rng.integers(20, 40)), ink, empty)
    full = 0.0
    for t in range(frames):
        if t % 40 == 0:
            tip = label(phrase(rng, 3, 6), 14, ink)
        full = full + rng.exponential(0.012) if full < 1 else 0.0
        frame = board.copy()
        draw = ImageDraw.Draw(frame)
        draw.rectangle((x, y, x + wide, y + high), fill=empty, outline=ink)
        draw.rectangle((x, y, x + wide * min(full, 1), y + high), fill=ink)
        for spoke in range(8):
            angle = spin * t + spoke * np.pi / 4
            cx, cy = wheel + radius * np.array([np.cos(angle), np.sin(angle)])
            draw.ellipse((cx - spoke, cy - spoke, cx + spoke, cy + spoke), fill=ink)
        stamp(frame, title, x, 12)
        stamp(frame, tip, 8, SIZE - 20)
        yield frame


def countdown(rng, ground, frames):
    """Numbers within a turning hand, as at the head of a film."""
    paper, ink, beat = color(rng, (0.4, 1), (0, 0.5)), dark(rng), int(rng.integers(8, 16))
    first = int(rng.integers(5, 60))
    for t in range(frames):
        frame = Image.new("RGB", (SIZE, SIZE), paper)
        draw = ImageDraw.Draw(frame)
        shake = rng.integers(-2, 3, 2)
        turn = 360 * (t % beat) / beat
        shade = tuple(c * 3 // 4 for c in paper)
        draw.pieslice((-100, -100, SIZE + 100, SIZE + 100), -90, -90 + turn, fill=shade)
        for r in (70, 90):
            draw.ellipse((SIZE / 2 - r, SIZE / 2 - r, SIZE / 2 + r, SIZE / 2 + r), outline=ink, width=3)
        number = label(str((first - t // beat) % 100), 110, ink)
        stamp(frame, number, (SIZE - number.width) / 2 + shake[0], (SIZE - number.height) / 2 + shake[1])
        yield frame


def bouncing(rng, ground, frames):
    """No signal: a sign that bounces between the edges and changes its colour there."""
    paper, text, size = dark(rng), phrase(rng, 1, 2), int(rng.integers(20, 44))
    board = gradient(rng, [paper, dark(rng)])
    sign, place, speed = label(text, size, bright(rng)), rng.uniform(0, 100, 2), rng.uniform(2, 9, 2)
    for _ in range(frames):
        place = place + speed
        for axis, length in ((0, sign.width), (1, sign.height)):
            limit = max(1, SIZE - length)
            if not 0 <= place[axis] <= limit:
                place[axis] = np.clip(place[axis], 0, limit)
                speed[axis] *= -1
                sign = label(text, size, bright(rng))
        frame = board.copy()
        stamp(frame, sign, *place)
        yield frame


def cards(rng, ground, frames):
    yield from (bars, static, loading, countdown, bouncing)[rng.integers(5)](rng, ground, frames)
