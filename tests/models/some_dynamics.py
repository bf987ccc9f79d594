"""Dynamics of a few subscribers of one plan, for tests of what follows them."""

from __future__ import annotations

import numpy as np

from models.usage_dynamics import Dynamics

METERS = 2
USUAL = np.log(100.0)


def dynamics(n: int = 1, meters: int = METERS, **changed: float) -> Dynamics:
    """Levels near 100 of `n` subscribers of one plan; cycles that differ by a fifth."""
    values = {
        "between": 0.5, "cycle": 0.04, "restless": 0.0, "day": 0.03, "seen": 0.03, "drift": 0.001,
        "growth": 0.01, "pace": 0.0, "jump": 0.02, "odd": 0.02, "far": 1.0, "floor": np.log(1.0),
        "start": USUAL, "spread": 0.1, "heed": 0.0,
    } | changed  # fmt: skip
    return Dynamics(**{name: np.full((n, meters), value) for name, value in values.items()})
