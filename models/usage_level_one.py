"""The level of one subscriber in plain floats: the filter of `models.usage_level`, several times as fast.

For a single row NumPy spends its time on calls. The stories of an unusual cycle and of a new level tell
what is seen equally well, so that two likelihoods are enough.
"""

from __future__ import annotations

from math import exp, log
from typing import NamedTuple

Numbers = list[float]


class OneDynamics(NamedTuple):
    """See `models.usage_level.Dynamics`, by meter; `together` the odds that all meters share a story."""

    cycle: Numbers
    far: Numbers
    odd: Numbers
    jump: Numbers
    growth: Numbers
    drift: Numbers
    together: float


class OneCycle(NamedTuple):
    """A cycle by meter: was anything seen, or before, the logarithm of it, its variance from days alone."""

    known: list[bool]
    begun: list[bool]
    log: Numbers
    noise: Numbers


def follow_one(dynamics: OneDynamics, cycles: list[OneCycle], mean: Numbers, variance: Numbers) -> None:
    """Move mean and variance of the level of every meter through these cycles, in place."""
    for cycle in cycles:
        told, part, together = _told(dynamics, cycle, mean, variance)
        for meter, (gap, total, own) in enumerate(told):
            if cycle.begun[meter]:
                share = [a + part * (b - a) for a, b in zip(own, together, strict=True)]
                moved, after = _stepped(share, gap, total, variance[meter], dynamics.far[meter])
                mean[meter] += moved + dynamics.growth[meter]
                variance[meter] = after + dynamics.drift[meter]


def _told(
    dynamics: OneDynamics, cycle: OneCycle, mean: Numbers, variance: Numbers
) -> tuple[list[tuple[float, float, Numbers]], float, Numbers]:
    """By meter the gap, its variance and the stories' shares; then the part and the shares of all in one."""
    told, near, apart, product = [], 1.0, 1.0, 1.0
    for meter, known in enumerate(cycle.known):
        total = variance[meter] + dynamics.cycle[meter] + cycle.noise[meter]
        gap, usual, other = 0.0, 1.0, 1.0
        if known:
            gap, wide = cycle.log[meter] - mean[meter], total + dynamics.far[meter]
            usual, other = -0.5 * (gap * gap / total + log(total)), -0.5 * (gap * gap / wide + log(wide))
            best = max(usual, other)
            usual, other = exp(usual - best), exp(other - best)
        odd, jump = dynamics.odd[meter], dynamics.jump[meter]
        weight = [(1 - odd - jump) * usual, odd * other, jump * other]
        each = weight[0] + weight[1] + weight[2]
        told.append((gap, total, [w / each for w in weight]))
        near, apart, product = near * usual, apart * other, product * each
    if len(told) == 1:
        return told, 0.0, told[0][2]
    odds = dynamics.together / len(told)
    odd, jump = odds * sum(dynamics.odd), odds * sum(dynamics.jump)
    together = [(dynamics.together - odd - jump) * near, odd * apart, jump * apart]
    all_ = together[0] + together[1] + together[2] + 1e-300
    return told, all_ / (all_ + product), [w / all_ for w in together]


def _stepped(share: Numbers, gap: float, total: float, variance: float, far: float) -> tuple[float, float]:
    """How far the level moves, and its variance: the three stories as one normal distribution."""
    usual, odd, jump = share
    wide, free = total + far, variance + far
    gain, odd_gain, jump_gain = variance / total, variance / wide, free / wide
    moved = (usual * gain + odd * odd_gain + jump * jump_gain) * gap
    after = (
        usual * (variance * (1 - gain) + (gain * gap - moved) ** 2)
        + odd * (variance * (1 - odd_gain) + (odd_gain * gap - moved) ** 2)
        + jump * (free * (1 - jump_gain) + (jump_gain * gap - moved) ** 2)
    )
    return moved, after
