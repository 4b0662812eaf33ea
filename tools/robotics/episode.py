"""One episode: pictures as they are rendered, and afterwards what really happened."""

import mujoco
import numpy as np

from robot import FPS, Robot
from scene import build
from skills import SKILLS, play

FRAMES = 160  # 16 seconds


class Episode:
    """Episode `number` of `seed`: nothing else decides what happens in it."""

    def __init__(self, seed, number, size, frames=FRAMES):
        rng = np.random.default_rng([seed, number])
        model, self.things = build(rng)
        self.robot = Robot(model, self.things, rng)
        self.renderer = mujoco.Renderer(model, size, size)
        self.frames, self.told, self.log = frames, [], []
        self.policy = play(self.robot, rng, self.told)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.renderer.close()

    def pictures(self):
        """Yields every frame, u8 [size, size, 3]; acts between one and the next."""
        for _ in range(self.frames):
            self.renderer.update_scene(self.robot.data, camera="view")
            yield self.renderer.render()
            before = self.robot.tool(), self.robot.opening(), self.robot.poses()
            move, grip, skill = next(self.policy)
            self.log.append((self.robot.step(move, grip), *before, skill))

    def truth(self):
        """What the pictures do not say, as arrays; README.md has the list."""
        action, tool, opening, poses, skill = zip(*self.log)
        names = list(SKILLS)
        return {
            "action": np.array(action, np.float32),
            "tool": np.array(tool, np.float32),
            "opening": np.array(opening, np.float32),
            "objects": np.array(poses, np.float32),
            "object_names": np.array([t.name for t in self.things]),
            "skill": np.array([names.index(s) for s in skill], np.int8),
            "skill_names": np.array(names),
            "fps": np.array(FPS, np.int32),
        }

    def title(self):
        skills = list(dict.fromkeys(s for *_, s in self.log))
        plain = {"pick": "pick and place", "wander": "random motion"}
        return "Robot arm: " + ", ".join(plain.get(s, s) for s in skills)

    def description(self):
        names = [f"a {t.name}" for t in self.things]
        told = "; ".join(self.told) or "begins to move"
        return (
            f"A simulated robot arm with a gripper, seen from the front, at a tray with "
            f"{', '.join(names[:-1])} and {names[-1]}. The arm {told}."
        )
