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


Shares = tuple[float, float, float]  # of the stories: as usual, an unusual cycle, a new level


def follow_one(dynamics: OneDynamics, cycles: list[OneCycle], mean: Numbers, variance: Numbers) -> None:
    """Move mean and variance of the level of every meter through these cycles, in place."""
    cycle_v, far, growth, drift = dynamics.cycle, dynamics.far, dynamics.growth, dynamics.drift
    for cycle in cycles:
        if True not in cycle.begun:
            continue
        gaps = [
            log - level if known else 0.0
            for known, log, level in zip(cycle.known, cycle.log, mean, strict=True)
        ]
        totals = [a + b + c for a, b, c in zip(variance, cycle_v, cycle.noise, strict=True)]
        shares = _weighed(dynamics, cycle.known, gaps, totals)
        for meter, share in enumerate(shares):
            if cycle.begun[meter]:
                moved, after = _stepped(share, gaps[meter], totals[meter], variance[meter], far[meter])
                mean[meter] += moved + growth[meter]
                variance[meter] = after + drift[meter]


def _weighed(dynamics: OneDynamics, known: list[bool], gaps: Numbers, totals: Numbers) -> list[Shares]:
    """The shares of the stories by meter, after what was seen."""
    shares, near, apart, product = [], 1.0, 1.0, 1.0
    for seen, gap, total, far, odd, jump in zip(
        known, gaps, totals, dynamics.far, dynamics.odd, dynamics.jump, strict=True
    ):
        usual = other = 1.0
        if seen:
            wide = total + far
            # The logarithm of how much better an unusual cycle or a new level tells it.
            better = 0.5 * (gap * gap * (1 / total - 1 / wide) - log(wide / total))
            if better > 0:
                usual = exp(-better)
            else:
                other = exp(better)
        as_usual = (1 - odd - jump) * usual
        each = as_usual + (odd + jump) * other
        shares.append((as_usual / each, odd * other / each, jump * other / each))
        near, apart, product = near * usual, apart * other, product * each
    return shares if len(shares) == 1 else _together(dynamics, shares, (near, apart, product))


def _together(dynamics: OneDynamics, shares: list[Shares], told: tuple[float, float, float]) -> list[Shares]:
    """The shares, mixed with those of all meters in one story."""
    near, apart, product = told
    odds = dynamics.together / len(shares)
    odd, jump = odds * sum(dynamics.odd), odds * sum(dynamics.jump)
    usual, odd, jump = (dynamics.together - odd - jump) * near, odd * apart, jump * apart
    all_ = usual + odd + jump + 1e-300
    part = all_ / (all_ + product)
    usual, odd, jump = usual / all_, odd / all_, jump / all_
    return [(a + part * (usual - a), b + part * (odd - b), c + part * (jump - c)) for a, b, c in shares]


def _stepped(share: Shares, gap: float, total: float, variance: float, far: float) -> tuple[float, float]:
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
