"""Where the joints must be for the gripper to be where it should: closed-form inverse kinematics.

Closed form, because it is exact, the same on every machine, and never jumps between two solutions:
the elbow is always up, the fingers always point down and always close along x.
"""

import math

# The lengths of scene.xml, metres.
BASE_Y = 0.36
SHOULDER_Z = 0.22
LINK = 0.36  # of the upper arm and of the forearm
TOOL = 0.18  # from the tilt joint down to between the fingertips

# Where the point between the fingertips may go, metres: within the tray, and within reach.
LOW = (-0.26, -0.225, 0.03)
HIGH = (0.26, 0.17, 0.27)

JOINTS = ("yaw", "shoulder", "elbow", "tilt", "roll")


def joints(x, y, z):
    """Angles of JOINTS, radians, that put the point between the fingertips at (x, y, z), metres."""
    ahead, up = math.hypot(x, y - BASE_Y), z + TOOL - SHOULDER_Z
    span = math.hypot(ahead, up)
    if not 1e-6 < span < 2 * LINK:
        raise ValueError(f"the arm cannot reach ({x:.3f}, {y:.3f}, {z:.3f})")
    yaw = math.atan2(x, BASE_Y - y)
    # At zero both links point straight up; a positive turn about x leans them towards -y, ahead.
    bend = 2 * math.acos(span / (2 * LINK))
    lean = math.atan2(ahead, up)
    shoulder = lean - bend / 2
    return yaw, shoulder, bend, -(shoulder + bend), -yaw


def clamp(point):
    """The nearest point to `point` that the gripper may go to."""
    return [min(max(v, lo), hi) for v, lo, hi in zip(point, LOW, HIGH)]
