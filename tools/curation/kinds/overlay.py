"""Play under large overlays: webcam, chat, frames, banners. A third of the picture or more is no game."""

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from drawing import SIZE, bright, color, dark, gradient, label, phrase, stamp

from .talking import Head, room


class Webcam:
    def __init__(self, rng, size):
        self.size, self.wall, self.head = size, room(rng, size), Head(rng, size * rng.uniform(0.8, 1.2))
        self.edge, self.place = bright(rng), rng.uniform(0.35, 0.6, 2) * size

    def draw(self, frame, x, y, t):
        image = self.wall.copy()
        self.head.draw(image, *self.place, t)
        ImageDraw.Draw(image).rectangle((0, 0, self.size - 1, self.size - 1), outline=self.edge, width=3)
        frame.paste(image, (int(x), int(y)))


class Chat:
    """A panel of lines; a new one pushes the others up."""

    def __init__(self, rng, width, height):
        self.rng, self.size = rng, int(rng.integers(10, 15))
        self.paper = (*dark(rng), int(rng.choice([150, 220, 255])))
        self.width, self.height, self.wait = width, height, 0
        self.lines = [self.line() for _ in range(height // self.size + 1)]

    def line(self):
        name = label(phrase(self.rng, 1, 1), self.size, bright(self.rng))
        text = label(phrase(self.rng, 1, 4), self.size, (235, 235, 235))
        both = Image.new("RGBA", (name.width + text.width + 6, max(name.height, text.height)))
        both.paste(name, (0, 0))
        both.paste(text, (name.width + 6, 0))
        return both

    def draw(self, frame, x, y, t):
        self.wait -= 1
        if self.wait < 0:
            self.wait = int(self.rng.integers(0, 9))
            self.lines = [*self.lines[1:], self.line()]
        panel = Image.new("RGBA", (self.width, self.height), self.paper)
        for i, line in enumerate(reversed(self.lines)):
            stamp(panel, line, 4, self.height - (i + 1) * (self.size + 3))
        stamp(frame, panel, x, y)


class Banner:
    """A large sign that slides in, shakes, and goes again."""

    def __init__(self, rng, last):
        self.wide, self.high = int(rng.integers(140, 250)), int(rng.integers(50, 110))
        self.image = Image.new("RGBA", (self.wide, self.high), color(rng, (0.5, 1.0), (0.6, 1.0)))
        draw = ImageDraw.Draw(self.image)
        draw.rectangle((0, 0, self.wide - 1, self.high - 1), outline=bright(rng), width=4)
        stamp(self.image, label(phrase(rng, 1, 2), int(rng.integers(20, 34)), (255, 255, 255), dark(rng)), 10, 8)
        button = label(str(rng.choice(["SUBSCRIBE", "LIKE", "JOIN NOW", "FOLLOW", "DONATE"])), 18, (255, 255, 255))
        draw.rectangle((8, self.high - 28, 22 + button.width, self.high - 5), fill=(200, 20, 20))
        stamp(self.image, button, 14, self.high - 25)
        self.x, self.y = rng.uniform(-10, SIZE - self.wide + 10), rng.uniform(0, SIZE - self.high)
        self.start, self.stay = rng.uniform(-20, last), rng.uniform(30, 90)

    def draw(self, frame, t):
        age = t - self.start
        if 0 <= age <= self.stay:
            slide = max(0.0, 1 - age / 5, 1 - (self.stay - age) / 5)
            stamp(frame, self.image, self.x + slide * SIZE, self.y + 3 * np.sin(age))


def stream(rng, ground, frames):
    """A streamer's layout: the play in a part of it, webcam and chat beside."""
    side = int(rng.integers(130, 190))
    x, y = rng.choice([0, SIZE - side]), rng.choice([0, SIZE - side])
    board, cam = gradient(rng), Webcam(rng, SIZE - side + int(rng.integers(0, 30)))
    chat = Chat(rng, SIZE - side, SIZE)
    stamp(board, label(phrase(rng, 1, 3), int(rng.integers(18, 30)), bright(rng), dark(rng)), 8, 8 if y else SIZE - 40)
    for t in range(frames):
        frame = board.copy()
        frame.paste(ground.frame(t, (side, side)), (int(x), int(y)))
        chat.draw(frame, 0 if x else side, 0, t)
        cam.draw(frame, 0 if x else SIZE - cam.size, 0 if y else SIZE - cam.size, t)
        yield frame


def reaction(rng, ground, frames):
    """The play full size, half hidden behind a big webcam, and a chat over the rest."""
    cam = Webcam(rng, int(rng.integers(130, 175)))
    x, y = (int(rng.choice([0, SIZE - cam.size])) for _ in range(2))
    chat = Chat(rng, int(rng.integers(90, 150)), int(rng.integers(80, 200)))
    for t in range(frames):
        frame = ground.frame(t)
        chat.draw(frame, SIZE - chat.width if x == 0 else 0, SIZE - chat.height if y == 0 else 0, t)
        cam.draw(frame, x, y, t)
        yield frame


def banners(rng, ground, frames):
    """The play under one sign after another, under big words that stay, with a ticker below."""
    signs = [Banner(rng, frames) for _ in range(max(4, frames // 20))]
    words = label(phrase(rng, 2, 3), int(rng.integers(34, 60)), bright(rng), (0, 0, 0))
    ticker = label(phrase(rng, 12, 20), int(rng.integers(14, 24)), bright(rng))
    paper, high = dark(rng), ticker.height + 14
    top, speed = rng.uniform(5, 150), rng.uniform(2, 6)
    for t in range(frames):
        frame = ground.frame(t)
        stamp(frame, words, SIZE / 2 - words.width / 2 + 4 * np.sin(t / 3), top)
        for sign in signs:
            sign.draw(frame, t)
        ImageDraw.Draw(frame).rectangle((0, SIZE - high, SIZE, SIZE), fill=paper)
        stamp(frame, ticker, SIZE - speed * t % (ticker.width + SIZE), SIZE - high + 6)
        yield frame


def framed(rng, ground, frames):
    """The play small and upright, its blurred self or a pattern around it, signs above and below."""
    wide, high = int(rng.integers(110, 170)), int(rng.integers(100, 160))
    x, y = (SIZE - wide) // 2 + int(rng.integers(-20, 20)), (SIZE - high) // 2 + int(rng.integers(-20, 20))
    own, board, edge = rng.random() < 0.5, gradient(rng), bright(rng)
    shade, soft = rng.uniform(0.4, 1.0), rng.uniform(3, 8)
    signs = [label(phrase(rng, 1, 3), int(rng.integers(20, 34)), bright(rng), dark(rng)) for _ in range(2)]
    for t in range(frames):
        if own:
            frame = ground.frame(t).filter(ImageFilter.GaussianBlur(soft))
            frame = ImageEnhance.Brightness(frame).enhance(shade)
        else:
            frame = board.copy()
        ImageDraw.Draw(frame).rectangle((x - 3, y - 3, x + wide + 2, y + high + 2), fill=edge)
        frame.paste(ground.frame(t, (wide, high)), (x, y))
        stamp(frame, signs[0], (SIZE - signs[0].width) / 2, 8 + 2 * np.sin(t / 4))
        stamp(frame, signs[1], (SIZE - signs[1].width) / 2, SIZE - 36)
        yield frame


def overlay(rng, ground, frames):
    yield from (stream, reaction, banners, framed)[rng.integers(4)](rng, ground, frames)
