"""Menu screens: rows, a cursor that wanders over them, pages, and something moving behind."""

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from drawing import SIZE, bright, clouds, color, dark, gradient, label, phrase, stamp


def backdrop(rng, ground):
    """A function of time that gives the background."""
    sort = rng.integers(5)
    if sort == 0:  # tiles that scroll
        cell = int(rng.integers(8, 40))
        y, x = np.mgrid[0 : SIZE * 2, 0 : SIZE * 2] // cell
        pair = np.array([dark(rng), color(rng, (0.1, 0.6))], np.uint8)
        tiles = Image.fromarray(pair[(x + y) % 2])
        vx, vy = rng.uniform(-4, 4, 2)
        return lambda t: tiles.crop(
            (int(vx * t) % (2 * cell), int(vy * t) % (2 * cell), *(2 * (SIZE,)))
        ).resize((SIZE, SIZE))
    if sort == 1:  # stars
        place, speed = rng.uniform(0, SIZE, (90, 2)), rng.uniform(0.3, 5, 90)
        base, star = gradient(rng, [dark(rng), (0, 0, 0)]), bright(rng)

        def stars(t):
            frame = base.copy()
            draw = ImageDraw.Draw(frame)
            for (x, y), v in zip(place, speed):
                x = (x + v * t) % SIZE
                draw.rectangle((x, y, x + v / 2, y + v / 2), fill=star)
            return frame

        return stars
    if sort == 2:  # the game, stopped and darkened
        still = ground.still(rng).resize((SIZE, SIZE), Image.NEAREST)
        still = still.filter(ImageFilter.GaussianBlur(rng.uniform(0, 3)))
        still = ImageEnhance.Brightness(still).enhance(rng.uniform(0.25, 0.6))
        return lambda t: still
    if sort == 3:  # a drifting cloud
        cloud = clouds(rng, SIZE * 2)
        cloud = ImageEnhance.Brightness(cloud).enhance(rng.uniform(0.3, 0.8))
        turn = rng.uniform(0.01, 0.06)
        return lambda t: cloud.crop(
            (
                int(SIZE / 2 * (1 + np.cos(turn * t))),
                int(SIZE / 2 * (1 + np.sin(turn * t))),
                int(SIZE / 2 * (1 + np.cos(turn * t))) + SIZE,
                int(SIZE / 2 * (1 + np.sin(turn * t))) + SIZE,
            )
        )
    plain, vx, vy = gradient(rng, size=SIZE * 2), *rng.uniform(0.5, 3, 2)  # a slow sheen

    def sheen(t):
        x, y = (int(SIZE - abs(v * t % (2 * SIZE) - SIZE)) for v in (vx, vy))
        return plain.crop((x, y, x + SIZE, y + SIZE))

    return sheen


class Page:
    """One page of rows; `draw` marks the chosen one."""

    def __init__(self, rng):
        self.pixelated = rng.random() < 0.5
        rows, self.columns = int(rng.integers(3, 8)), int(rng.choice([1, 1, 1, 2, 3]))
        self.count = rows * self.columns
        size = int(rng.integers(11, 24 if self.columns == 1 else 15))
        self.title = label(phrase(rng, 1, 2), int(rng.integers(20, 40)), bright(rng), dark(rng), self.pixelated)
        self.fill, self.chosen = bright(rng), color(rng, (0.3, 0.9))
        words = 3 if self.columns == 1 else 1
        self.labels = [label(phrase(rng, 1, words), size, self.fill, None, self.pixelated) for _ in range(self.count)]
        self.values = rng.random(self.count) if rng.random() < 0.4 and self.columns == 1 else None
        self.left, self.top = int(rng.integers(10, 70)), int(rng.integers(50, 90))
        self.step = min(int(size * rng.uniform(1.3, 2.2)), (SIZE - self.top - 6) // rows)
        self.wide = (SIZE - self.left - int(rng.integers(6, 60))) // self.columns
        self.style, self.panel = rng.integers(3), dark(rng) if rng.random() < 0.5 else None
        self.title_at = (int(rng.integers(4, 60)), int(rng.integers(4, 20)))

    def draw(self, frame, at, t):
        draw = ImageDraw.Draw(frame)
        rows = self.count // self.columns
        if self.panel:
            box = (self.left - 8, self.top - 6, self.left + self.wide * self.columns + 4, self.top + self.step * rows + 4)
            draw.rectangle(box, fill=self.panel, outline=self.fill)
        stamp(frame, self.title, *self.title_at)
        for i, text in enumerate(self.labels):
            x, y = self.left + i % self.columns * self.wide, self.top + i // self.columns * self.step
            box = (x - 4, y - 3, x + self.wide - 6, y + self.step - 4)
            if i == at:
                if self.style == 0:
                    draw.rectangle(box, fill=self.chosen)
                elif self.style == 1:
                    draw.rectangle(box, outline=self.fill, width=1 + t // 4 % 2)
                else:
                    nod = t // 3 % 3
                    draw.polygon([(x - 14 + nod, y), (x - 5 + nod, y + 5), (x - 14 + nod, y + 10)], fill=self.chosen)
            stamp(frame, text, x, y)
            if self.values is not None:
                start = x + self.wide // 2
                draw.rectangle((start, y + 2, start + (self.wide // 2 - 10) * self.values[i], y + 8), fill=self.chosen)


def menu(rng, ground, frames):
    behind, pages = backdrop(rng, ground), [Page(rng) for _ in range(rng.integers(4, 9))]
    page, at, wait = pages[0], 0, 5
    for t in range(frames):
        wait -= 1
        if wait <= 0:
            wait = int(rng.integers(2, 14))
            if rng.random() < 0.2:
                page, at = pages[rng.integers(len(pages))], 0
            elif page.values is not None and rng.random() < 0.5:
                page.values[at] = np.clip(page.values[at] + rng.uniform(-0.3, 0.3), 0, 1)
            else:
                at = (at + int(rng.choice([-1, 1, 1, page.columns]))) % page.count
        frame = behind(t).copy()
        page.draw(frame, at, t)
        yield frame
