"""What will be used: in the rest of the running cycle and in the next, as gamma distributions.

The moments come from the stories of `models.usage_level`; what finished cycles showed the moments to be
wrong by (where they lean, their bias, their width, the shape of the distribution) is learned and taken out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, frozen
from models.usage_cycles import UsageCycles
from models.usage_dynamics import Dynamics
from models.usage_gamma import gamma_of
from models.usage_level import Level
from models.usage_outcome import HALF, SHAPE_AT, SHAPE_KNOTS, Forecast
from models.usage_pauses import Resumption, usual_lasting
from models.usage_signs import NEXT, REST, SIGNS, Told, nearness, signs_of
from models.usage_stories import stories

KNOTS = 5  # elapsed shares of the cycle at which faults are learned: 0.1, 0.3, 0.5, 0.7, 0.9
KNOWN = (1, 3)  # finished cycles from which on what was learned of few, of several, holds: three classes
MOST_LEAN = 1.0  # of logarithms
JUMP = 0.5  # of this probability on, a cycle counts as unusual
JUMP_RATIO = 2.0  # of the usual level: from here on a cycle is called a jump, however noisy use is
JUMP_CYCLES = 2  # finished cycles without which nothing is usual
MORE = 0.6  # of the variance of the rest of an unusual cycle: what made it so may go on or end
BIAS, WIDTH = 0, 1
WAYS = ("upgrade", "downgrade", "top_up")  # of saving, see Faults.saving
KEPT = ("lean", "factor", "shape", "lasting", "whole", "certainty", "saving")  # of Faults, in an artifact


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """What the moments were wrong by in finished cycles, by family and meter; nothing if not learned.

    Classes of KNOWN are none, few, several finished cycles; the axis of length 2 is REST, NEXT.

    lean    float64 [n_families, n_meters, 3, KNOTS, 2, SIGNS] coefficients of the `signs`: what they add to
            the logarithm of the mean
    factor  float64 [n_families, n_meters, 3, KNOTS, 2, 2] factors of mean and standard deviation: BIAS, WIDTH
    shape   float64 [n_families, n_meters, KNOTS, SHAPE_KNOTS] how often the use of the rest was below what
            the gamma distribution puts at the probabilities SHAPE_AT; not falling
    lasting  float64 [n_families, n_meters, TABLE] how long pauses last, see `usage_pauses`
    whole   bool [n_families, n_meters] is use counted in whole units, as messages are?
    certainty  float64 [n_families, 2] slopes of how sure it is that upgrades and downgrades cost less: see
            `plan_certainty`
    saving  float64 [n_families, 3] realised over expected saving of upgrades, downgrades and top-ups: who is
            chosen for a large one is more often overestimated (winner's curse)
    together  lean, factor and shape of each cell [n_families, n_meters, 3, KNOTS, ...] in one row, to be
            looked up at once; not kept
    resumption  what comes after pauses, by `lasting`; not kept
    """

    lean: np.ndarray
    factor: np.ndarray
    shape: np.ndarray
    lasting: np.ndarray
    whole: np.ndarray
    certainty: np.ndarray
    saving: np.ndarray
    together: np.ndarray = field(init=False)
    resumption: Resumption = field(init=False)

    def __post_init__(self) -> None:
        cells = self.lean.shape[:4]
        shape = np.broadcast_to(self.shape[:, :, None], (*cells, SHAPE_KNOTS))
        parts = (self.lean.reshape(*cells, -1), self.factor.reshape(*cells, -1), shape)
        object.__setattr__(self, "together", frozen(np.concatenate(parts, axis=-1)))
        object.__setattr__(self, "resumption", Resumption(self.lasting))

    @classmethod
    def none(cls, n_families: int, n_meters: int) -> Self:
        """Nothing is wrong."""
        cells = (n_families, n_meters, len(KNOWN) + 1, KNOTS, 2)
        straight = np.tile(SHAPE_AT, (n_families, n_meters, KNOTS, 1))
        return cls(
            frozen(np.zeros((*cells, SIGNS))),
            frozen(np.ones((*cells, 2))),
            frozen(straight),
            frozen(np.tile(usual_lasting(), (n_families, n_meters, 1))),
            frozen(np.zeros((n_families, n_meters), dtype=np.bool_)),
            frozen(np.ones((n_families, 2))),
            frozen(np.ones((n_families, len(WAYS)))),
        )

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in KEPT}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in KEPT})


class Moments(NamedTuple):
    """What the stories say, before what was learned of their faults.

    mean, variance  float64 [n, n_meters, 2] of REST and NEXT
    signs           float64 [n, n_meters, 2, SIGNS] see `moments`
    unusual         float64 [n, n_meters] probability that the running cycle is unusual or on a new level
    paused          float64 [n, n_meters] probability that use has paused
    """

    mean: np.ndarray
    variance: np.ndarray
    signs: np.ndarray
    unusual: np.ndarray
    paused: np.ndarray


def moments(dynamics: Dynamics, level: Level, cycles: UsageCycles, quota: np.ndarray) -> Moments:
    """What to expect of the running cycle and the next; `dynamics` by subscriber, `level` before this cycle.

    `quota` [n, n_meters] is that of the plan. Of what was not used at all, neither in finished cycles nor
    since, nothing is expected.
    """
    told = stories(dynamics, level, cycles)
    rate, rate_2 = _mixed(told.share, told.cycle, told.cycle_v)
    left, coming = cycles.open_w, cycles.next_w
    following = told.level_v + dynamics.drift + dynamics.cycle_by_temper()
    next_, next_2 = _mixed(told.share, told.level + dynamics.growth_by_temper(level.cycles + 1), following)
    known = cycles.exposed_w > 0
    signs = signs_of(
        Told(
            rest=np.log(rate) - level.mean,
            next=np.log(next_) - level.mean,
            gap=told.gap,
            heard=known,
            from_plan=level.mean - dynamics.start,
            apart=cycles.apart,
            faster=dynamics.faster(told.share),
            near_quota=nearness(rate, rate_2 / (rate * rate) - 1, quota),
        )
    )
    mean, variance = np.empty((2, *known.shape, 2))
    mean[..., REST], mean[..., NEXT] = left * rate, coming * next_
    variance[..., REST] = left * left * (rate_2 - rate * rate) + dynamics.day * left * rate_2
    variance[..., NEXT] = coming * coming * (next_2 - next_ * next_) + dynamics.day * coming * next_2
    never = (level.cycles > 0) & (cycles.finished.sum(axis=1) + cycles.used <= 0)
    return Moments(
        np.where(never[..., None], 0.0, mean),
        np.where(never[..., None], 0.0, variance),
        signs,
        np.where(known, told.unusual, 0.0),
        cycles.paused,
    )


def forecast(
    dynamics: Dynamics,
    faults: Faults,
    level: Level,
    cycles: UsageCycles,
    terms: tuple[np.ndarray, np.ndarray],
) -> Forecast:
    """The forecast for these subscribers; `dynamics` by subscriber.

    `terms` are the family of their plan int [n], and its quota [n, n_meters].
    """
    family, quota = terms
    raw = moments(dynamics, level, cycles, quota)
    lean, factor, shape = _learned(faults, family, class_of(level.cycles), heard_until(cycles))
    mean, variance = leaning(raw, lean, level.cycles, shares_used(faults, cycles, family))
    mean, variance = mean * factor[..., BIAS], variance * factor[..., WIDTH] ** 2
    return Forecast(
        cycles.used,
        gamma_of(mean[..., REST], variance[..., REST]),
        gamma_of(mean[..., NEXT], variance[..., NEXT]),
        shape,
        (raw.unusual > JUMP) | _doubled(cycles, level),
        level.cycles,
        HALF * faults.whole[family],
    )


def class_of(cycles: np.ndarray) -> np.ndarray:
    """The class of KNOWN of these numbers of finished cycles [n, n_meters]."""
    few, several = KNOWN
    known: np.ndarray = (cycles >= few).astype(np.int64) + (cycles >= several)
    return known


def heard_until(cycles: UsageCycles) -> np.ndarray:
    """The share [n, n_meters] of the running cycle after which it was last heard of: not in a pause."""
    length = np.maximum(cycles.end - cycles.start, 1)
    elapsed: np.ndarray = ((cycles.as_of - cycles.start) / length)[:, None]
    if cycles.paused.any():
        elapsed = np.maximum(elapsed - cycles.paused * cycles.silent / length[:, None], 0.0)
    return elapsed


def shares_used(faults: Faults, cycles: UsageCycles, family: np.ndarray) -> np.ndarray | None:
    """Of the rest and the next cycle, after pauses, as `Resumption.moments`; None where none is paused."""
    if not cycles.paused.any():
        return None
    return faults.resumption.moments(family, cycles.silent, cycles.end - cycles.as_of)


def leaning(
    raw: Moments, lean: np.ndarray, cycles: np.ndarray, used: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance [n, n_meters, 2], once the coefficients [n, n_meters, 2, SIGNS] are heard.

    `cycles` [n, n_meters] finished ones: without any, nothing is usual or unusual. `used` as of
    `shares_used`.
    """
    times = np.exp(np.minimum(np.maximum((lean * raw.signs).sum(axis=-1), -MOST_LEAN), MOST_LEAN))
    mean, variance = raw.mean * times, raw.variance * times * times
    variance[..., REST] *= 1 + MORE * np.where(cycles > 0, raw.unusual, 0.0)
    if used is not None:
        paused = raw.paused[..., None]
        second = (1 - paused * (1 - used[..., 1])) * (variance + mean * mean)
        mean *= 1 - paused * (1 - used[..., 0])
        variance = second - mean * mean
    return mean, variance


def _doubled(cycles: UsageCycles, level: Level) -> np.ndarray:
    """Is the running cycle's rate [n, n_meters] far above a level that several cycles have shown?"""
    usual = np.exp(level.mean) * cycles.exposed_w
    doubled: np.ndarray = (level.cycles >= JUMP_CYCLES) & (
        cycles.exposed > np.maximum(JUMP_RATIO * usual, 0.0)
    )
    return doubled & (cycles.exposed_w > 0)


def _learned(
    faults: Faults, family: np.ndarray, known: np.ndarray, elapsed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The learned lean, factor and shape [n, n_meters, ...], between knots on a line.

    `known` int [n, n_meters] class of KNOWN; `elapsed` [n, n_meters] share of the running cycle, or [n, 1].
    """
    at = np.minimum(np.maximum(elapsed * KNOTS - 0.5, 0), KNOTS - 1)
    low = np.minimum(at.astype(np.int64), KNOTS - 2)
    part = (at - low)[..., None]
    cell = family[:, None], np.arange(known.shape[1]), known
    found = faults.together[(*cell, low)]
    found += (faults.together[(*cell, low + 1)] - found) * part
    lean, factor, shape = found[..., :_LEAN], found[..., _LEAN:-SHAPE_KNOTS], found[..., -SHAPE_KNOTS:]
    return lean.reshape(*known.shape, 2, SIGNS), factor.reshape(*known.shape, 2, 2), shape


_LEAN = 2 * SIGNS  # of `Faults.together`


def _mixed(share: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and second moment [n, n_meters] of a mixture of lognormals, by story and temper."""
    first = np.exp(np.minimum(mean + variance / 2, 80.0))
    return (share * first).sum(axis=(0, 1)), (share * first * first * np.exp(variance)).sum(axis=(0, 1))
