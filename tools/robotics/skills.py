"""What the arm does: reach, push, pick and place, stack, sweep, and move at random.

A skill is a generator that yields one action a frame, `(move, grip)`, looks at the robot as it
goes, and returns the words for what it did. Each gives up after a while: an arm that is stuck
makes dull video.
"""

import numpy as np

import arm

FAST, SLOW = 0.045, 0.022  # metres a frame: through free air, and among objects
PUSH = 0.016  # how much a frame the velocity may change, metres a frame
ABOVE = 0.155  # a height at which a carried object passes over the others, metres
NEAR = 0.007  # as good as there, metres
CLEAR = 0.115  # metres from other objects that a place to put something down should have
TOUCH = 0.035  # height of the gripper for pushing, metres


def toward(robot, goal, speed, grip, patience=40):
    """Goes to `goal` smoothly, at most `patience` frames."""
    goal = np.array(arm.clamp(goal))
    for _ in range(patience):
        gap = goal - robot.target
        distance = np.linalg.norm(gap)
        if distance < NEAR:
            return
        wish = gap * (min(speed, 0.5 * distance + 0.002) / distance)
        change = wish - robot.velocity
        size = np.linalg.norm(change)
        yield robot.velocity + change * min(1.0, PUSH / max(size, 1e-9)), grip


def still(robot, frames, grip):
    """Lets the target rest while the gripper opens or closes."""
    for _ in range(frames):
        yield np.zeros(3), grip


def over(point, height=ABOVE):
    return np.array((point[0], point[1], height))


def reach(robot, rng):
    thing = robot.things[rng.integers(len(robot.things))]
    grip = float(rng.random() < 0.5)
    speed = rng.uniform(SLOW, FAST)
    yield from toward(robot, over(robot.place(thing), rng.uniform(0.13, 0.2)), speed, grip)
    yield from still(robot, int(rng.integers(1, 5)), grip)
    return f"reaches for the {thing.name}"


def _where(point):
    side = "left" if point[0] < -0.09 else "right" if point[0] > 0.09 else "middle"
    depth = "front" if point[1] < -0.1 else "back" if point[1] > 0.06 else ""
    return f"in the {depth + ' ' if depth else ''}{side}"


def push(robot, rng):
    thing = robot.things[rng.integers(len(robot.things))]
    at = robot.place(thing)
    way = start = None
    for _ in range(12):
        angle = rng.uniform(0, 2 * np.pi)
        way = np.array((np.cos(angle), np.sin(angle), 0.0))
        # Along x the closed fingers are wider than along y.
        start = over(at, TOUCH) - way * (0.075 + 0.025 * abs(way[0]))
        end = over(at, TOUCH) + way * rng.uniform(0.08, 0.22)
        if np.allclose(start, arm.clamp(start)) and np.allclose(end, arm.clamp(end)):
            break
    else:
        return (yield from reach(robot, rng))
    yield from toward(robot, over(start), FAST, 1.0)
    yield from toward(robot, start, 0.75 * FAST, 1.0, 12)
    yield from toward(robot, end, rng.uniform(SLOW, FAST), 1.0, 25)
    yield from toward(robot, robot.target + (0, 0, 0.1), FAST, 1.0, 8)
    return f"pushes the {thing.name}"


def sweep(robot, rng):
    """Low across the tray in a curve, through whatever is there."""
    side = 1.0 if rng.random() < 0.5 else -1.0
    y = rng.uniform(-0.17, 0.1)
    bow = rng.uniform(-0.1, 0.1)
    speed = rng.uniform(0.025, FAST)
    yield from toward(robot, (-side * 0.25, y, ABOVE), FAST, 1.0)
    yield from toward(robot, (-side * 0.25, y, TOUCH), 0.75 * FAST, 1.0, 12)
    yield from toward(robot, (0.0, y + bow, TOUCH), speed, 1.0, 18)
    yield from toward(robot, (side * 0.24, y, TOUCH), speed, 1.0, 18)
    yield from toward(robot, robot.target + (0, 0, 0.11), FAST, 1.0, 8)
    return f"sweeps across the tray to the {'right' if side > 0 else 'left'}"


def _free_place(robot, rng, thing):
    """Somewhere on the tray that is clear of the other objects, if a few throws find it."""
    others = [robot.place(t)[:2] for t in robot.things if t is not thing]
    point = None
    for _ in range(20):
        point = np.array((rng.uniform(-0.23, 0.23), rng.uniform(-0.19, 0.13)))
        if all(np.linalg.norm(point - o) > CLEAR for o in others):
            break
    return point


def pick(robot, rng):
    """Picks something up and puts it down elsewhere: on the tray, or on another object."""
    thing = robot.things[rng.integers(len(robot.things))]
    speed = rng.uniform(0.03, FAST)
    yield from toward(robot, over(robot.place(thing)), speed, 0.0)
    at = robot.place(thing)  # again: it may have rolled on
    yield from toward(robot, at, 0.75 * FAST, 0.0, 12)
    yield from still(robot, 4, 1.0)

    def held():
        return robot.opening() > 0.02 and np.linalg.norm(robot.place(thing) - robot.tool()) < 0.04

    yield from toward(robot, over(robot.target), speed, 1.0, 8)
    if not held():
        return f"tries to pick up the {thing.name}"
    under = [
        t
        for t in robot.things
        if t is not thing and "ball" not in (t.shape, thing.shape) and abs(robot.place(t)[2] - t.rest) < 0.01
    ]
    if under and rng.random() < 0.35:
        base = under[rng.integers(len(under))]
        at = robot.place(base)
        goal, height = at[:2], at[2] + base.rest + thing.rest + 0.004
        words = f"picks up the {thing.name} and puts it on the {base.name}"
    else:
        goal, height = _free_place(robot, rng, thing), thing.rest + 0.003
        words = f"picks up the {thing.name} and puts it down {_where(goal)}"
    clear = max(ABOVE, height + 0.05)
    yield from toward(robot, over(robot.target, clear), speed, 1.0, 6)
    yield from toward(robot, over(goal, clear), speed, 1.0)
    if not held():
        return f"picks up the {thing.name} and loses it"
    yield from toward(robot, over(goal, height), 0.03, 1.0, 14)
    yield from still(robot, 3, 0.0)
    yield from toward(robot, over(robot.target, min(clear + 0.06, arm.HIGH[2])), speed, 0.0, 8)
    return words


def wander(robot, rng):
    """Smooth motion at random, half of it low, among the objects; the gripper as it likes."""
    grip = float(rng.random() < 0.5)
    for _ in range(int(rng.integers(2, 6))):
        low, high = np.array(arm.LOW), np.array(arm.HIGH)
        goal = rng.uniform(low, high)
        if rng.random() < 0.5:
            goal[2] = rng.uniform(arm.LOW[2], 0.08)
        drift = np.zeros(3)
        speed = rng.uniform(0.5 * SLOW, FAST)
        for move, _ in toward(robot, goal, speed, grip, int(rng.integers(6, 20))):
            drift = 0.8 * drift + rng.normal(0, 0.004, 3)
            if rng.random() < 0.06:
                grip = 1 - grip
            yield move + drift, grip
    return "moves at random"


SKILLS = {"reach": reach, "push": push, "sweep": sweep, "pick": pick, "wander": wander}
# Skills are chosen with these weights; a pick takes twice as many frames as most.
WEIGHTS = {"reach": 0.1, "push": 0.25, "sweep": 0.12, "pick": 0.33, "wander": 0.2}


def play(robot, rng, told):
    """Skill after skill, for ever: yields (move, grip, skill's name), appends to `told` the words
    for each that has ended."""
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    while True:
        name = names[rng.choice(len(names), p=weights)]
        run = SKILLS[name](robot, rng)
        while True:
            try:
                move, grip = next(run)
            except StopIteration as end:
                if told[-1:] != [end.value]:
                    told.append(end.value)
                break
            yield move, grip, name
