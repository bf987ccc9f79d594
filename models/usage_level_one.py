"""The level of one subscriber in plain floats: the filter of `models.usage_level`, several times as fast.

For a single row NumPy spends its time on calls.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

Numbers = list[float]

RUNS = 3  # that are followed apart
TOGETHER = 0.7
TINY = 1e-300
MOST = 50.0  # times better that one way of weighing runs is believed to be than the other


class OneDynamics(NamedTuple):
    """See `models.usage_level.Dynamics`, by meter."""

    cycle: Numbers
    far: Numbers
    odd: Numbers
    jump: Numbers
    growth: Numbers
    drift: Numbers


class OneCycle(NamedTuple):
    """A cycle by meter: was anything seen, or before, the logarithm of it, its variance from days alone."""

    known: list[bool]
    earlier: list[bool]
    log: Numbers
    noise: Numbers


class _Run:
    """See `models.usage_level._Runs`: mean, variance and own by meter."""

    __slots__ = ("joint", "mean", "own", "variance")

    def __init__(self, mean: Numbers, variance: Numbers, own: Numbers, joint: float) -> None:
        self.mean, self.variance, self.own, self.joint = mean, variance, own, joint


class OneLevel:
    """Mean and variance of the level by meter; `hear` moves them through a cycle."""

    def __init__(self, dynamics: OneDynamics, mean: Numbers, variance: Numbers) -> None:
        self.mean, self.variance = mean, variance
        self._dynamics = dynamics
        self._runs = [_Run([*mean], [*variance], [1.0] * len(mean), 1.0)]
        self._evidence = TOGETHER / (1 - TOGETHER)

    def hear(self, cycle: OneCycle) -> None:
        """The next finished cycle."""
        if any(cycle.earlier):
            self._change(cycle.earlier)
        dynamics, runs, product = self._dynamics, self._runs, 1.0
        for m, known in enumerate(cycle.known):
            if known:
                product *= self._weigh(m, cycle.log[m], dynamics.cycle[m] + cycle.noise[m])
            if known or cycle.earlier[m]:
                for run in runs:
                    run.mean[m] += dynamics.growth[m]
                    run.variance[m] += dynamics.drift[m]
        every = TINY
        for run in runs:
            every += run.joint
        for run in runs:
            run.joint /= every
        self._evidence = min(max(self._evidence * every / product, 1 / MOST), MOST)
        self.mean, self.variance = _collapsed(runs, self._shares(runs))

    def _weigh(self, m: int, seen: float, around: float) -> float:
        """Move and weigh every run by what was seen of a meter; what they come to for it by itself."""
        far, odds, told = self._dynamics.far[m], self._dynamics.odd[m], []
        for run in self._runs:
            variance, gap = run.variance[m], seen - run.mean[m]
            total = variance + around
            wide, square = total + far, gap * gap
            # How much likelier an unusual cycle is, beside a usual one.
            odd = odds * exp(min(0.5 * (square / total - square / wide + log(total / wide)), 700.0))
            both = 1 - odds + odd
            odd /= both
            gain = variance / total
            less = gain - variance / wide
            moved = gain - odd * less
            run.mean[m] += moved * gap
            run.variance[m] = variance * (1 - moved) + odd * (1 - odd) * less * less * square
            told.append(log(both) - 0.5 * (square / total + log(total)))
        best, each = max(told), 0.0
        for run, by in zip(self._runs, told, strict=True):
            likelihood = exp(by - best) + TINY
            run.own[m] *= likelihood
            run.joint *= likelihood
            each += run.own[m]
        for run in self._runs:
            run.own[m] /= each
        return each

    def _change(self, earlier: list[bool]) -> None:
        """One run more: the level changes now, from wherever it is."""
        runs, dynamics = self._runs, self._dynamics
        if len(runs) == RUNS:
            runs[:2] = [self._merged()]
        jump = [chance if known else 0.0 for chance, known in zip(dynamics.jump, earlier, strict=True)]
        every = sum(jump) / len(jump)
        for run in runs:
            run.own = [own * (1 - chance) for own, chance in zip(run.own, jump, strict=True)]
            run.joint *= 1 - every
        free = [variance + far for variance, far in zip(self.variance, dynamics.far, strict=True)]
        runs.append(_Run([*self.mean], free, jump, every))

    def _merged(self) -> _Run:
        """The two oldest runs as one."""
        both = self._runs[:2]
        one, other = self._shares(both)
        part = [(b + TINY) / (a + b + 2 * TINY) for a, b in zip(one, other, strict=True)]
        mean, variance = _collapsed(both, [[1 - p for p in part], part])
        own = [a + b for a, b in zip(both[0].own, both[1].own, strict=True)]
        return _Run(mean, variance, own, both[0].joint + both[1].joint)

    def _shares(self, runs: list[_Run]) -> list[Numbers]:
        """The probability of each run by meter, of both ways of weighing them mixed."""
        if len(self.mean) == 1:
            return [run.own for run in runs]
        part = self._evidence / (1 + self._evidence)
        return [[own + part * (run.joint - own) for own in run.own] for run in runs]


def _collapsed(runs: list[_Run], shares: list[Numbers]) -> tuple[Numbers, Numbers]:
    """Mean and variance by meter of these runs together, the shares of which add up to 1."""
    means, variances = [], []
    for m in range(len(shares[0])):
        first = runs[0].mean[m]
        mean = square = 0.0
        for run, share in zip(runs, shares, strict=True):
            part, away = share[m], run.mean[m] - first
            mean += part * away
            square += part * (run.variance[m] + away * away)
        means.append(first + mean)
        variances.append(square - mean * mean)
    return means, variances
