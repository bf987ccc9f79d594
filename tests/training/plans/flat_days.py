"""Days that all weigh the same, as the learning of rates sees them."""

from __future__ import annotations

import numpy as np

from models.usage_rate import levels_of, shapes_of


def shapes(days: np.ndarray) -> np.ndarray:
    """The shapes [..., TERMS] of use [..., n_days]."""
    found = np.empty((4, *days.shape))
    levels_of(days, np.ones_like(days), np.ones_like(days), found)
    return shapes_of(found.sum(axis=-1))


def day_law(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Days of which three in ten are empty and one in twenty is a giant."""
    days = rng.gamma(2.3, 1 / 2.3, shape) * (rng.random(shape) < 0.7)
    days[rng.random(shape) < 0.05] *= 5
    return days
