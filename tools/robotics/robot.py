"""The simulated arm with its objects: takes one action a frame, tells where everything is."""

import mujoco
import numpy as np

import arm

FPS = 10
STEPS = 25  # of physics in a frame: 25 * 0.004 s = 1/FPS
OPEN = 0.055  # how far each finger can go from the middle, metres
SETTLE = 50  # steps of physics before the first frame, in which objects come to rest


class Robot:
    """An arm at rest above the tray, its start drawn from `rng`."""

    def __init__(self, model, things, rng):
        self.model, self.data, self.things = model, mujoco.MjData(model), things
        low, high = np.array(arm.LOW), np.array(arm.HIGH)
        start = rng.uniform(low, high)
        start[2] = rng.uniform(0.15, arm.HIGH[2])  # above anything that lies on the tray
        self.target = start
        self.grip = float(rng.random() < 0.5)
        self.velocity = np.zeros(3)  # of the target, metres a frame
        for name, angle in zip(arm.JOINTS, arm.joints(*start)):
            self.data.joint(name).qpos = angle
        for finger in ("finger_left", "finger_right"):
            self.data.joint(finger).qpos = OPEN * (1 - self.grip)
        self._command(start)
        mujoco.mj_step(model, self.data, SETTLE)
        mujoco.mj_forward(model, self.data)

    def _command(self, point):
        for name, angle in zip(arm.JOINTS, arm.joints(*point)):
            self.data.actuator(name).ctrl = angle
        for finger in ("finger_left", "finger_right"):
            self.data.actuator(finger).ctrl = OPEN * (1 - self.grip)

    def step(self, move, grip):
        """One frame: the target moves evenly by `move` (x, y, z in metres), as far as it may; the
        gripper goes towards `grip` (0 open, 1 closed). Returns the action that was really taken:
        dx, dy, dz, grip."""
        begin = self.target
        end = np.array(arm.clamp(begin + move))
        self.grip = float(np.clip(grip, 0, 1))
        for i in range(1, STEPS + 1):
            self._command(begin + (end - begin) * (i / STEPS))
            mujoco.mj_step(self.model, self.data)
        # Positions of bodies lag a step behind the joints' until this.
        mujoco.mj_forward(self.model, self.data)
        self.target = end
        self.velocity = end - begin
        return (*self.velocity, self.grip)

    def tool(self):
        """Where the point between the fingertips is, metres."""
        return self.data.site("tool").xpos.copy()

    def opening(self):
        """Metres between the fingers."""
        return float(self.data.joint("finger_left").qpos[0] + self.data.joint("finger_right").qpos[0])

    def place(self, thing):
        """Where the centre of `thing` is, metres."""
        return self.data.body(thing.name).xpos.copy()

    def poses(self):
        """[things, 7]: x, y, z and the quaternion w, x, y, z of each."""
        bodies = [self.data.body(t.name) for t in self.things]
        return np.array([(*b.xpos, *b.xquat) for b in bodies])
