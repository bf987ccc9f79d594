"""How likely finished cycles are, for fitting.

The filter of `models.usage_level` with its runs collapsed to one at each step, which takes a third of the
time and is sharp enough to learn its numbers from.
"""

from __future__ import annotations

import numpy as np

from models.usage_level import Dynamics, first_level, seen_of

LOG_TWO_PI = float(np.log(2 * np.pi))


def log_likelihood(dynamics: Dynamics, finished: np.ndarray, finished_w: np.ndarray) -> np.ndarray:
    """The log likelihood [n, n_meters] of the finished cycles, up to a constant of the data.

    `dynamics` by subscriber, or one row for all of them; `finished`, `finished_w` [n, n_cycles, n_meters].
    """
    level = first_level(dynamics)
    first = int(finished_w.any(axis=(0, 2)).argmax()) if finished_w.size else 0
    finished, finished_w = finished[:, first:], finished_w[:, first:]
    seen = seen_of(dynamics.seen[:, None], dynamics.floor[:, None], finished, finished_w)
    begun = seen.known.cumsum(axis=1) > 0
    growth, drift = begun * dynamics.growth[:, None], begun * dynamics.drift[:, None]
    chance = np.stack([1 - dynamics.jump - dynamics.odd, dynamics.odd, dynamics.jump])
    around = dynamics.cycle[:, None] + seen.noise
    mean, variance = level.mean, level.variance
    likelihood = np.zeros(mean.shape)
    for cycle in range(finished.shape[1]):
        by = variance, dynamics.far, around[:, cycle]
        moved, after, told = _stepped(chance, by, seen.log[:, cycle] - mean)
        mean = mean + moved + growth[:, cycle]
        variance = np.where(begun[:, cycle], after + drift[:, cycle], variance)
        likelihood += np.where(seen.known[:, cycle], told, 0.0)
    return likelihood


def _stepped(
    chance: np.ndarray, by: tuple[np.ndarray, np.ndarray, np.ndarray], gap: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far the level moves, its variance, and the log likelihood of what was seen, all [n, n_meters].

    `chance` [3, n, n_meters] of a usual cycle, an unusual one and a new level; `by` the variance of the
    level, that of a new one, and that of cycles around it; `gap` what was seen above the mean level.
    """
    variance, far, around = by
    level_v = np.stack(np.broadcast_arrays(variance, variance, variance + far))
    total = level_v + np.stack(np.broadcast_arrays(around, around + far, around))
    unlike = gap * gap / total
    unlike += np.log(total)
    least = unlike.min(axis=0)
    share = np.exp(0.5 * (least - unlike)) * chance
    each = share.sum(axis=0)
    share /= each
    gain = level_v / total
    away = gain * gap
    moved: np.ndarray = (share * away).sum(axis=0)
    after: np.ndarray = (share * ((away - moved) ** 2 + level_v * (1 - gain))).sum(axis=0)
    return moved, after, np.log(each) - 0.5 * (least + LOG_TWO_PI)
