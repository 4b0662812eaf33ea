"""One episode's scene: which objects lie where, in which colours, under which light."""

import colorsys
from dataclasses import dataclass
from pathlib import Path

import mujoco
import numpy as np

COLOURS = {
    "red": (0.86, 0.12, 0.14),
    "green": (0.1, 0.62, 0.24),
    "blue": (0.12, 0.3, 0.85),
    "yellow": (0.98, 0.82, 0.1),
    "purple": (0.55, 0.2, 0.72),
    "cyan": (0.1, 0.7, 0.8),
}
# Name: type, half sizes in metres, height of the centre when it lies on the tray.
SHAPES = {
    "cube": (mujoco.mjtGeom.mjGEOM_BOX, (0.039, 0.039, 0.039), 0.039),
    "block": (mujoco.mjtGeom.mjGEOM_BOX, (0.036, 0.058, 0.034), 0.034),
    "can": (mujoco.mjtGeom.mjGEOM_CYLINDER, (0.038, 0.045, 0.0), 0.045),
    "ball": (mujoco.mjtGeom.mjGEOM_SPHERE, (0.04, 0.0, 0.0), 0.04),
}
MASS = 0.08  # kg, of every object
APART = 0.13  # metres between the centres of any two objects at the start
AREA_X, AREA_Y = 0.23, (-0.19, 0.12)  # where objects start: all within the gripper's reach


@dataclass(frozen=True)
class Thing:
    """An object on the tray; `name` is also its body's name in the model."""

    name: str
    shape: str
    rest: float  # height of its centre when it lies on the tray, metres


def _tint(rgb, rng, amount):
    """`rgb` a little lighter or darker and a little off in hue."""
    h, l, s = colorsys.rgb_to_hls(*rgb)
    h = (h + rng.uniform(-0.02, 0.02) * amount) % 1
    l = min(max(l + rng.uniform(-0.05, 0.05) * amount, 0.0), 1.0)
    return (*colorsys.hls_to_rgb(h, l, s), 1.0)


def _places(count, rng):
    """Starting places, none too near another: thrown again until they are, which is soon."""
    while True:
        places = [(rng.uniform(-AREA_X, AREA_X), rng.uniform(*AREA_Y)) for _ in range(count)]
        gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for i, a in enumerate(places) for b in places[:i]]
        if min(gaps) >= APART:
            return places


def build(rng):
    """A compiled model and its things. The same generator state gives the same scene."""
    spec = mujoco.MjSpec.from_file(str(Path(__file__).with_name("scene.xml")))
    count = int(rng.integers(3, 6))
    colours = rng.permutation(list(COLOURS))[:count]
    things = []
    for colour, (x, y) in zip(colours, _places(count, rng)):
        shape = str(rng.choice(list(SHAPES), p=(0.35, 0.2, 0.25, 0.2)))
        kind, size, rest = SHAPES[shape]
        # Nearly square to the fingers, which only close along x.
        turn = rng.uniform(-0.3, 0.3)
        body = spec.worldbody.add_body(
            name=f"{colour} {shape}", pos=(x, y, rest), quat=(np.cos(turn / 2), 0, 0, np.sin(turn / 2))
        )
        body.add_freejoint()
        body.add_geom(
            spec.find_default("object"),
            name=f"{colour} {shape}",
            type=kind,
            size=size,
            mass=MASS,
            rgba=_tint(COLOURS[colour], rng, 0.6),
        )
        things.append(Thing(body.name, shape, rest))

    sun = spec.light("sun")
    sun.dir = (rng.uniform(0.1, 0.4), rng.uniform(0.05, 0.35), -1)
    sun.diffuse = [rng.uniform(0.54, 0.68)] * 3
    for name in ("tray", "ground"):
        geom = spec.geom(name)
        geom.rgba = _tint(tuple(geom.rgba[:3]), rng, 0.5)
    model = spec.compile()
    return model, things
