"""What could be forecast by one who knows the law of a world, and not its customers: the best there is.

A harder measure than the oracle, which knows everybody's level, change and unrest. Here they are what they
are to any forecaster: found from the days so far. What is known is all that holds for everybody: how levels,
restlessness and single days are distributed, the rhythm and the growth, how likely a change is, and that it
is to exactly three times or a third. So this is the posterior median under the true model, and no advisor,
which has to learn these from the same days, can be expected to do better.

Levels, restlessness and the day of the change are followed on grids, by exact likelihoods of single days; one
thing is left out, that levels of a customer's meters are alike before anything is known of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.billing_days import cycle_start
from tests.training.plans.oracle import EDGES, NOTHING, Oracle
from tests.training.plans.worlds import TYPICAL, Made, World, rhythm, single_days

STEP = 0.05
LEVELS = np.arange(-4.0, 4.0 + STEP / 2, STEP)  # logarithm of a level, or of a cycle's rate, over the typical
TRIPLE = round(np.log(3) / STEP)  # steps of LEVELS
NOT_FOLLOWED = ("fitting", "own_week", "own_growth", "holidays")  # of a World
RESTLESS = np.linspace(-1.8, 1.8, 7)  # standard deviations of the logarithm of a customer's unrest
EVERY = 2  # days between the days at which a change may have come
FIRST_TURN = 20  # of the world's days
DRAWS = 300
IMPOSSIBLE = -1e7


class _Changes(NamedTuple):
    """Days of the world on which the level changed, and by how many steps: int [n_changes]; first: never."""

    turn: np.ndarray
    steps: np.ndarray
    log_chance: np.ndarray


class _Cycle(NamedTuple):
    """A cycle's first day and the day after the last that is known, as days of the world."""

    begin: int
    end: int


@dataclass(frozen=True, eq=False)
class Law:
    """One who knows how `world` was made, and the days of `made` so far.

    unit     float64 [n_meters, n_days] what a typical customer uses
    kernel   float64 [n_restless, n_levels, n_levels] rates of cycles (last axis) around a level
    density  float64 of the logarithm of a day's chance, in the cells of EDGES; `none` of a day without use
    days     float64 [n_draws] chances of single days
    """

    world: World
    made: Made
    unit: np.ndarray
    kernel: np.ndarray
    density: np.ndarray
    none: float
    days: np.ndarray

    @classmethod
    def of(cls, world: World, made: Made) -> Law:
        """One who knows the law of this world. Raises ValueError where it is none that can be followed."""
        if not world.by_cycle:
            raise ValueError("by_cycle=False: unrest that drifts within cycles is not followed")
        for name in NOT_FOLLOWED:
            if getattr(world, name):
                raise ValueError(
                    f"{name}={getattr(world, name)}: that customers differ in it is not followed"
                )
        n_meters, n_days = made.amount.shape[1:]
        days = np.arange(n_days)
        typical = np.array(TYPICAL[:n_meters])[:, None] / 30
        unit = (
            typical * rhythm(world, n_meters, made.truth.first + days) * (1 + world.growth) ** (days / 30.44)
        )
        sigma = world.noise * np.exp(world.noise_spread * RESTLESS)[:, None, None]
        away = (LEVELS - LEVELS[:, None] + sigma**2 / 2) / sigma
        kernel = np.exp(-(away**2) / 2)
        oracle = Oracle.of(made.truth, made.amount)
        drawn = single_days(np.random.default_rng(6), world, (400_000,))
        return cls(
            world,
            made,
            unit,
            kernel / kernel.sum(axis=2, keepdims=True),
            oracle.log_density,
            oracle.log_none,
            drawn,
        )

    def medians(self, customer: np.ndarray, month: np.ndarray, day: int) -> np.ndarray:
        """Median use [k, n_meters] of the cycles that begin in `month` [k], on their day `day`."""
        found = np.zeros((len(customer), len(self.unit)))
        for who in np.unique(customer).tolist():
            told = _Told.of(self, who)
            if told is not None:
                for row in np.flatnonzero(customer == who).tolist():
                    found[row] = told.median(int(month[row]), day)
        return found


@dataclass(frozen=True, eq=False)
class _Told:
    """What the days of one customer tell: `sums` [n_meters, 1 + n_days, n_levels] of log likelihoods."""

    law: Law
    customer: int
    sums: np.ndarray
    first: int

    @classmethod
    def of(cls, law: Law, customer: int) -> _Told | None:
        amount = law.made.amount[customer]
        if not amount.any():
            return None
        first = int(np.argmax((amount > 0).any(axis=0)))
        away = np.log(np.maximum(amount, NOTHING) / law.unit)[:, :, None] - LEVELS
        cell = ((away - EDGES[0]) / (EDGES[1] - EDGES[0])).astype(int)
        nothing = (amount <= NOTHING)[:, :, None] | (away < EDGES[0])
        told = np.where(nothing, law.none, law.density[np.clip(cell, 0, len(law.density) - 1)])
        told[:, : first + 1] = 0.0  # exposure starts the day after the first use
        sums = np.concatenate([np.zeros((len(told), 1, len(LEVELS))), told.cumsum(axis=1)], axis=1)
        return cls(law, customer, sums, first)

    def median(self, month: int, day: int) -> np.ndarray:
        """Of the use of the cycle that begins in a month, [n_meters]."""
        begin, end = self._begins(month), self._begins(month + 1)
        cycles = self._cycles(month, begin + day)
        changes = self._changes(begin + day)
        heard = [_heard(self.law, sums, cycles, changes) for sums in self.sums]
        rng = np.random.default_rng([self.customer, month])
        change, restless = _drawn(rng, self.law, changes, np.stack([level for level, _ in heard]))
        days = np.arange(begin + day, min(end, self.law.unit.shape[1]))
        rest = []
        for (level, running), unit in zip(heard, self.law.unit, strict=True):
            rate = _rates(rng, self.law, level[restless, change], running[change], restless)
            now = rate + changes.steps[change] * STEP
            chance = rng.choice(self.law.days, (DRAWS, len(days)))
            rest.append(np.median(np.exp(now) * (chance @ unit[days])))
        used = self.law.made.amount[self.customer, :, begin : begin + day].sum(axis=1)
        return np.asarray(used + np.array(rest))

    def _begins(self, month: int) -> int:
        truth = self.law.made.truth
        return int(cycle_start(np.array(month), truth.anchor[self.customer])) - truth.first

    def _cycles(self, month: int, until: int) -> list[_Cycle]:
        """The customer's cycles, the running one last."""
        found = [_Cycle(max(self._begins(month), 0), until)]
        while found[-1].begin > self.first:
            month -= 1
            found.append(_Cycle(max(self._begins(month), 0), found[-1].begin))
        return found[::-1]

    def _changes(self, until: int) -> _Changes:
        last, regime = self.law.unit.shape[1], self.law.world.regime
        days = np.arange(max(FIRST_TURN, self.first + 1), until, EVERY)
        each = regime / 2 * EVERY / (last - FIRST_TURN)
        log_chance = np.full(1 + 2 * len(days), np.log(each))
        log_chance[0] = np.log(1 - 2 * len(days) * each)
        steps = np.repeat([0, TRIPLE, -TRIPLE], [1, len(days), len(days)])
        return _Changes(np.concatenate([[last], days, days]), steps, log_chance)


def _heard(
    law: Law, sums: np.ndarray, cycles: list[_Cycle], changes: _Changes
) -> tuple[np.ndarray, np.ndarray]:
    """Log likelihoods of a meter: of the level before the change, [n_restless, n_changes, n_levels]; and of
    the running cycle's rate before the change, [n_changes, n_levels]."""
    total = np.tile(-(LEVELS**2) / 2 / law.world.between**2, (len(RESTLESS), len(changes.turn), 1))
    running = np.empty(0)
    for begin, end in cycles:
        cut = np.clip(changes.turn, begin, end)
        # Changes outside the cycle are all alike to it.
        parts, which = np.unique(
            np.stack([cut, np.where(cut < end, changes.steps, 0)]), axis=1, return_inverse=True
        )
        cut, steps = parts
        likelihood = sums[cut] - sums[begin] + _moved(sums[end] - sums[cut], steps)
        most = likelihood.max(axis=1, keepdims=True)
        around = np.exp(likelihood - most) @ law.kernel.swapaxes(1, 2)
        total += (np.log(around + 1e-280) + most)[:, which.ravel()]
        running = likelihood[which.ravel()]
    return total, running


def _moved(likelihood: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """[k, n_levels], where the rate is so many steps [k] higher than the level that is asked about."""
    moved = np.full(likelihood.shape, IMPOSSIBLE)
    same, up, down = (steps == 0, steps > 0, steps < 0)
    moved[same] = likelihood[same]
    moved[up, :-TRIPLE] = likelihood[up, TRIPLE:]
    moved[down, TRIPLE:] = likelihood[down, :-TRIPLE]
    return moved


def _drawn(
    rng: np.random.Generator, law: Law, changes: _Changes, levels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draws of the change and the restlessness, which all meters share: positions, int [DRAWS] each.

    `levels` [n_meters, n_restless, n_changes, n_levels].
    """
    most = levels.max(axis=3, keepdims=True)
    evidence = (np.log(np.exp(levels - most).sum(axis=3)) + most[..., 0]).sum(axis=0)
    log = evidence + changes.log_chance - (RESTLESS**2 / 2)[:, None]
    chance = np.exp(log - log.max())
    drawn = rng.choice(chance.size, DRAWS, p=(chance / chance.sum()).ravel())
    return drawn % chance.shape[1], drawn // chance.shape[1]


def _rates(
    rng: np.random.Generator, law: Law, level: np.ndarray, running: np.ndarray, restless: np.ndarray
) -> np.ndarray:
    """Draws [DRAWS] of the running cycle's rate before the change; `level`, `running` [DRAWS, n_levels]."""
    at = _sampled(rng, level)
    rate = _sampled(rng, np.log(law.kernel[restless, at] + 1e-280) + running)
    rates: np.ndarray = LEVELS[rate] + STEP * (rng.random(DRAWS) - 0.5)
    return rates


def _sampled(rng: np.random.Generator, log: np.ndarray) -> np.ndarray:
    """A position for each row of log likelihoods [DRAWS, n_levels]."""
    chance = np.exp(log - log.max(axis=1, keepdims=True)).cumsum(axis=1)
    below = chance < rng.random((len(log), 1)) * chance[:, -1:]
    return np.asarray(np.minimum(below.sum(axis=1), len(LEVELS) - 1))
