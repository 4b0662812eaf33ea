"""What all kinds of distractor draw with: colours, text, pictures, and game play as ground.

A frame is a Pillow image of SIZE x SIZE pixels. Every choice comes from the generator handed in, so
a video is a function of its seed.
"""

import colorsys
import functools

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = 256

WORDS = (
    "start continue options sound music controls credits exit load save level world stage hard easy "
    "arcade story shop items status map quest party skills team online rank score time lives coins "
    "today we talk about the best game of year why this matters my first look at what happened next "
    "please like and share new video every week thanks for watching see you soon hello chat nice lol "
    "wow gg no way jump left go again almost there one more run how did that work great hype first "
    "presents a film by in association with directed written produced kingdom shadow legend night "
    "castle river stone fire return of lost island dream machine golden last part chapter end begin"
).split()


def color(rng, light=(0.0, 1.0), saturation=(0.2, 1.0)):
    """A colour as three bytes; `light` is its value, from black to bright."""
    rgb = colorsys.hsv_to_rgb(rng.random(), rng.uniform(*saturation), rng.uniform(*light))
    return tuple(int(255 * c) for c in rgb)


def dark(rng):
    return color(rng, (0.05, 0.35))


def bright(rng):
    return color(rng, (0.75, 1.0), (0.1, 0.9))


@functools.lru_cache(maxsize=64)
def font(size):
    return ImageFont.load_default(size)


def phrase(rng, low, high):
    """`low` to `high` words, in capitals, small letters or as a title."""
    text = " ".join(rng.choice(WORDS, rng.integers(low, high + 1)))
    return (str.upper, str.lower, str.title)[rng.integers(3)](text)


def label(text, size, fill, stroke=None, pixelated=False):
    """Text on nothing, as an image to paste; `pixelated` makes it look like an old game's."""
    scale = 2 if pixelated else 1
    face = font(max(8, size // scale))
    width = 0 if stroke is None else 1
    box = face.getbbox(text, stroke_width=width)
    image = Image.new("RGBA", (max(1, int(box[2] - box[0])) + 2, max(1, int(box[3] - box[1])) + 2))
    draw = ImageDraw.Draw(image)
    if pixelated:
        draw.fontmode = "1"
    draw.text((1 - box[0], 1 - box[1]), text, fill=fill, font=face, stroke_width=width, stroke_fill=stroke)
    return image.resize((image.width * scale, image.height * scale), Image.NEAREST)


def stamp(frame, image, x, y):
    """Pastes an image with its transparency; it may hang over the edge."""
    frame.paste(image, (int(x), int(y)), image)


def noise(rng, octaves=5, size=SIZE, rough=0.55):
    """Clouds: smooth noise in 0..1, [size, size]."""
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        cells = 2 ** (octave + 1) + 1
        grid = Image.fromarray(rng.random((cells, cells)).astype(np.float32))
        total += rough**octave * np.asarray(grid.resize((size, size), Image.BICUBIC))
    return (total - total.min()) / np.ptp(total)


def tint(values, colors):
    """An image from values in 0..1 by a row of colours from 0 to 1."""
    stops = np.linspace(0, 1, len(colors))
    colors = np.asarray(colors, np.float32)
    channels = [np.interp(values, stops, colors[:, c]) for c in range(3)]
    return Image.fromarray(np.stack(channels, -1).astype(np.uint8))


def gradient(rng, colors=None, size=SIZE):
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    along = x * np.cos(angle) + y * np.sin(angle)
    along = (along - along.min()) / np.ptp(along)
    return tint(along, colors or [color(rng) for _ in range(rng.integers(2, 4))])


def landscape(rng, size=SIZE):
    """A painted view: sky, sun, hills, and perhaps trees or houses."""
    image = tint(np.linspace(0, 1, size)[:, None].repeat(size, 1), [color(rng), bright(rng)])
    draw = ImageDraw.Draw(image)
    x, y, r = rng.uniform(0, size), rng.uniform(0, size / 2), rng.uniform(0.03, 0.15) * size
    draw.ellipse((x - r, y - r, x + r, y + r), fill=bright(rng))
    across = np.arange(size + 1)
    for layer in range(rng.integers(2, 6)):
        line = size * (0.35 + 0.12 * layer) + sum(
            rng.uniform(0.01, 0.07) * size * np.sin(across * rng.uniform(1, 12) / size * 2 + rng.uniform(0, 7))
            for _ in range(3)
        )
        fill = color(rng, (0.15, 0.8))
        draw.polygon([*zip(across.tolist(), line.tolist()), (size, size), (0, size)], fill=fill)
        tall = rng.uniform(0.03, 0.12) * size
        thing, trunk = rng.integers(3), dark(rng)
        for at in rng.integers(0, size, rng.integers(0, 14)):
            foot = line[at] + 3
            if thing == 0:
                draw.polygon([(at - tall / 3, foot), (at, foot - tall), (at + tall / 3, foot)], fill=trunk)
            elif thing == 1:
                draw.rectangle((at - tall / 4, foot - tall, at + tall / 4, foot), fill=trunk)
    return image


def shapes(rng, size=SIZE):
    """An abstract picture."""
    image = gradient(rng, size=size)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(4, 30)):
        x, y = rng.uniform(0, size, 2)
        w, h = rng.uniform(0.03, 0.4, 2) * size
        form = (draw.ellipse, draw.rectangle)[rng.integers(2)]
        form((x - w / 2, y - h / 2, x + w / 2, y + h / 2), fill=color(rng))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 2)))


def clouds(rng, size=SIZE):
    """Something like an unsharp photograph."""
    return tint(noise(rng, size=size), [color(rng) for _ in range(rng.integers(3, 6))])


def picture(rng, play, size=SIZE):
    """A still picture of any sort; one in three is a screenshot of the game."""
    if rng.random() < 0.33:
        still = play.still(rng)
        return still.resize((size, size), (Image.NEAREST, Image.BICUBIC)[rng.integers(2)])
    return (landscape, shapes, clouds)[rng.integers(3)](rng, size)


class Play:
    """Game play out of a clip store, each clip used once while they last."""

    def __init__(self, path, seed):
        import zarr

        self.frames = zarr.open_group(path, mode="r")["frames"]
        self.order = np.random.default_rng([seed, 0]).permutation(self.frames.shape[0])

    def clips_for(self, frames):
        return -(-frames // self.frames.shape[1])

    def video(self, number, frames):
        """`frames` frames as [frames, H, W, 3] of the clips for video `number`, one after another."""
        need = self.clips_for(frames)
        if (number + 1) * need > len(self.order):
            raise SystemExit(
                f"the store has {len(self.order)} clips; video {number + 1} of its play would need "
                f"{(number + 1) * need}. Collect more, or make fewer minutes"
            )
        clips = [self.frames[int(i)] for i in self.order[number * need : (number + 1) * need]]
        return np.concatenate(clips)[:frames]


class Ground:
    """The play that one distractor may draw on."""

    def __init__(self, play, number, frames):
        self.play, self.number, self.length = play, number, frames
        self.held = None

    def frames(self):
        if self.held is None:
            self.held = self.play.video(self.number, self.length)
        return self.held

    def still(self, rng):
        frames = self.frames()
        return Image.fromarray(frames[rng.integers(len(frames))])

    def frame(self, t, size=(SIZE, SIZE)):
        return Image.fromarray(self.frames()[t]).resize(size, Image.NEAREST)
