"""The level of one subscriber in plain floats: the filter of `models.usage_level`, several times as fast.

For a single row NumPy spends its time on calls.
"""

from __future__ import annotations

from math import exp, log, prod
from typing import NamedTuple

Numbers = list[float]

RUNS = 4  # that are followed apart
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


class _Run(NamedTuple):
    """See `models.usage_level._Runs`: mean, variance and own by meter."""

    mean: Numbers
    variance: Numbers
    own: Numbers
    joint: float


class OneLevel:
    """Mean and variance of the level by meter; `hear` moves them through a cycle."""

    def __init__(self, dynamics: OneDynamics, mean: Numbers, variance: Numbers) -> None:
        self.mean, self.variance = mean, variance
        self._dynamics = dynamics
        self._runs = [_Run(mean, variance, [1.0] * len(mean), 1.0)]
        self._evidence = TOGETHER / (1 - TOGETHER)

    def hear(self, cycle: OneCycle) -> None:
        """The next finished cycle."""
        runs, dynamics = self._with_change(cycle.earlier), self._dynamics
        told = [self._told(run, cycle) for run in runs]
        meters = range(len(self.mean))
        best = [max(by[m][0] for by in told) for m in meters]
        likelihood = [[exp(by[m][0] - best[m]) + TINY for m in meters] for by in told]
        own = [
            [run.own[m] * by[m] for m in meters] for run, by in zip(runs, likelihood, strict=True)
        ]
        joint = [run.joint * prod(by) for run, by in zip(runs, likelihood, strict=True)]
        each, every = [sum(by[m] for by in own) for m in meters], sum(joint) + TINY
        self._evidence = min(max(self._evidence * every / prod(each), 1 / MOST), MOST)
        begun = [known or before for known, before in zip(cycle.known, cycle.earlier, strict=True)]
        growth = [dynamics.growth[m] if begun[m] else 0.0 for m in meters]
        drift = [dynamics.drift[m] if begun[m] else 0.0 for m in meters]
        self._runs = [
            _Run(
                [by[m][1] + growth[m] for m in meters],
                [by[m][2] + drift[m] for m in meters],
                [mine[m] / each[m] for m in meters],
                all_ / every,
            )
            for by, mine, all_ in zip(told, own, joint, strict=True)
        ]
        self.mean, self.variance = _collapsed(self._runs, self._shares(self._runs))

    def _told(self, run: _Run, cycle: OneCycle) -> list[tuple[float, float, float]]:
        """By meter the log likelihood of the run, and the level's mean and variance in it."""
        found = []
        for m, (mean, variance) in enumerate(zip(run.mean, run.variance, strict=True)):
            if not cycle.known[m]:
                found.append((0.0, mean, variance))
                continue
            chance, far = self._dynamics.odd[m], self._dynamics.far[m]
            total = variance + self._dynamics.cycle[m] + cycle.noise[m]
            wide, gap = total + far, cycle.log[m] - mean
            square = gap * gap
            usual, odd = -0.5 * (square / total + log(total)), -0.5 * (square / wide + log(wide))
            best = max(usual, odd)
            usual, odd = exp(usual - best) * (1 - chance), exp(odd - best) * chance
            both = usual + odd
            odd /= both
            gain = variance / total
            less = gain - variance / wide
            moved = gain - odd * less
            after = variance * (1 - moved) + odd * (1 - odd) * less * less * square
            found.append((best + log(both), mean + moved * gap, after))
        return found

    def _with_change(self, earlier: list[bool]) -> list[_Run]:
        runs, dynamics = self._runs, self._dynamics
        if len(runs) == RUNS:
            runs = [self._merged(), *runs[2:]]
        jump = [chance if known else 0.0 for chance, known in zip(dynamics.jump, earlier, strict=True)]
        every = sum(jump) / len(jump)
        free = [v + far for v, far in zip(self.variance, dynamics.far, strict=True)]
        stayed = [
            _Run(r.mean, r.variance, [w * (1 - j) for w, j in zip(r.own, jump, strict=True)], r.joint * (1 - every))
            for r in runs
        ]
        return [*stayed, _Run(self.mean, free, jump, every)]

    def _merged(self) -> _Run:
        """The two oldest runs as one."""
        first, second = self._runs[:2]
        shares = [[w + TINY for w in by] for by in self._shares(self._runs)[:2]]
        sums = [a + b for a, b in zip(*shares, strict=True)]
        shares = [[w / all_ for w, all_ in zip(by, sums, strict=True)] for by in shares]
        mean, variance = _collapsed([first, second], shares)
        own = [a + b for a, b in zip(first.own, second.own, strict=True)]
        return _Run(mean, variance, own, first.joint + second.joint)

    def _shares(self, runs: list[_Run]) -> list[Numbers]:
        if len(self.mean) == 1:
            return [run.own for run in runs]
        part = self._evidence / (1 + self._evidence)
        return [[own + part * (run.joint - own) for own in run.own] for run in runs]


def _collapsed(runs: list[_Run], shares: list[Numbers]) -> tuple[Numbers, Numbers]:
    """Mean and variance by meter of all runs together."""
    means, variances = [], []
    for m in range(len(runs[0].mean)):
        mean = sum(share[m] * run.mean[m] for run, share in zip(runs, shares, strict=True))
        means.append(mean)
        variances.append(
            sum(
                share[m] * (run.variance[m] + (run.mean[m] - mean) ** 2)
                for run, share in zip(runs, shares, strict=True)
            )
        )
    return means, variances
