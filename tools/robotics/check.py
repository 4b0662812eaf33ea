"""`collect.py --check`: does this machine make the videos that README.md promises?"""

import subprocess
import tempfile

import mujoco
import numpy as np

import arm
from dataset import Dataset
from episode import FRAMES, Episode
from robot import OPEN
from scene import build

SEED = 7
EPISODES = 6  # played for the checks of motion: every skill occurs


def kinematics():
    """arm.py's lengths are those of scene.xml: the corners of the workspace are met exactly."""
    model, _ = build(np.random.default_rng(SEED))
    data = mujoco.MjData(model)
    worst = 0.0
    for corner in np.array(np.meshgrid(*zip(arm.LOW, arm.HIGH))).T.reshape(-1, 3):
        for name, angle in zip(arm.JOINTS, arm.joints(*corner)):
            data.joint(name).qpos = angle
        mujoco.mj_kinematics(model, data)
        worst = max(worst, np.abs(data.site("tool").xpos - corner).max())
    return worst < 1e-9, f"farthest from the asked-for corner: {worst:.1e} m"


def _bytes(seed, number, frames=24, size=64):
    with Episode(seed, number, size, frames) as episode:
        return b"".join(p.tobytes() for p in episode.pictures())


def repeatable():
    """The same seed gives the same pictures to the byte; another seed or number others."""
    first = _bytes(SEED, 0)
    same = first == _bytes(SEED, 0)
    differ = len({first, _bytes(SEED + 1, 0), _bytes(SEED, 1)}) == 3
    return same and differ, f"twice the same: {same}; other seeds differ: {differ}"


def _played():
    truths = []
    for number in range(EPISODES):
        with Episode(SEED, number, 32) as episode:
            for _ in episode.pictures():
                pass
            truths.append(episode.truth())
    return truths


def actions_move_the_gripper(truths):
    """action[t] is what happens between frame t and frame t + 1."""
    action = np.concatenate([t["action"][:-1] for t in truths])
    moved = np.concatenate([np.diff(t["tool"], axis=0) for t in truths])
    fits = [np.corrcoef(action[:, i], moved[:, i])[0, 1] for i in range(3)]
    # One frame off, the fit must be worse: else the actions would stand beside the wrong frames.
    late = np.corrcoef(
        np.concatenate([t["action"][:-2, 0] for t in truths]),
        np.concatenate([np.diff(t["tool"][1:, 0]) for t in truths]),
    )[0, 1]
    good = min(fits) > 0.9 and fits[0] > late
    return good, "correlation x {:.3f}, y {:.3f}, z {:.3f}; ".format(*fits) + f"x a frame late {late:.3f}"


def gripper_obeys(truths):
    """After a command to open, the fingers are farther apart than after one to close."""
    opening = np.concatenate([t["opening"][1:] for t in truths])
    shut = np.concatenate([t["action"][:-1, 3] for t in truths]) > 0.5
    opened, closed = opening[~shut].mean(), opening[shut].mean()
    return closed < 0.5 * opened and opened > 1.5 * OPEN, f"mean opening {opened:.3f} m open, {closed:.3f} m closed"


def objects_move(truths):
    """Objects are pushed and lifted, and none leaves the tray or falls through it."""
    pushed = lifted = 0
    inside = True
    for t in truths:
        place = t["objects"][..., :3]
        way = np.linalg.norm(place[-1, :, :2] - place[0, :, :2], axis=1)
        pushed += int((way > 0.03).sum())
        lifted += int((place[..., 2].max(axis=0) > 0.1).sum())
        inside &= bool(np.isfinite(place).all() and (np.abs(place[..., :2]) < 0.35).all() and (place[..., 2] > 0.02).all())
    good = inside and pushed >= EPISODES and lifted >= EPISODES // 2
    return good, f"{pushed} moved, {lifted} lifted in {EPISODES} episodes; all inside: {inside}"


def video_holds_the_pictures():
    """What is decoded from the mp4 is what was rendered, and a finished episode is known as one."""
    size, frames, name = 64, 16, "check"
    with tempfile.TemporaryDirectory() as folder:
        seen = []

        class Watched(Episode):
            def pictures(self):
                for picture in super().pictures():
                    seen.append(picture.copy())
                    yield picture

        with Watched(SEED, 0, size, frames) as episode:
            Dataset(folder, size).add(name, episode)
        again = Dataset(folder, size)
        known = again.done == {name} and not list(again.partial.iterdir())
        raw = subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-i", f"{folder}/video/{name}.mp4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            check=True,
            capture_output=True,
        ).stdout
        got = np.frombuffer(raw, np.uint8)
        want = np.stack(seen)
        if got.size != want.size:
            return False, f"{got.size} bytes decoded, {want.size} rendered"
        error = np.mean((got.reshape(want.shape).astype(float) - want) ** 2)
        psnr = 10 * np.log10(255**2 / error)
        return known and psnr > 28, f"{frames} frames, {psnr:.1f} dB; known as finished: {known}"


def run():
    """Runs every check, prints a line for each; 0 if all are good, else 1."""
    checks = [kinematics, repeatable, video_holds_the_pictures]
    results = [(c, c()) for c in checks]
    print(f"playing {EPISODES} episodes of {FRAMES} frames", flush=True)
    truths = _played()
    results += [(c, c(truths)) for c in (actions_move_the_gripper, gripper_obeys, objects_move)]
    for check, (good, words) in results:
        print(f"{'ok  ' if good else 'FAIL'} {check.__name__.replace('_', ' ')}: {words}")
    return 0 if all(good for _, (good, _) in results) else 1
