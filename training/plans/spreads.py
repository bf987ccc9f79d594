"""Whose days differ more than others': how far that tells how sure the rate of some days is."""

from __future__ import annotations

import numpy as np

from models.arrays import frozen
from models.usage_cycles import UsageCycles
from models.usage_defaults import PRIOR
from models.usage_dynamics import relative_spread
from models.usage_rate import UsageRates, spread_of
from training.plans.rates import Parts, signs_of, squares, variance

HEEDS = np.linspace(0, 1.5, 16)
SHRINK = 300.0  # comparisons in which it tells nothing


def fit_spreads(
    parts: Parts, rates: UsageRates, cycles: UsageCycles, within: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """`day` and `seen` [n_families, n_meters] of whose days differ as usual, `spread` and `heed`.

    `within`: `day` and `seen` as measured if everybody were alike. `cycles` [n] of the subscribers that
    `parts` are of.
    """
    found = {name: np.array(array) for name, array in within.items()}
    found |= {name: np.full(found["seen"].shape, PRIOR[name]) for name in ("spread", "heed")}
    spread, spread_w = _of_other_cycles(parts)
    for family, meter in np.ndindex(found["seen"].shape):
        some = (parts.family == family) & np.isfinite(parts.rate[:, meter]).all(axis=1)
        weight = cycles.spread_w[:, meter] * (parts.family[: len(cycles)] == family)
        usual = float((weight > 0) @ cycles.spread[:, meter]) / max(float(weight.sum()), 1e-9)
        if not some.any() or usual <= 0:
            continue
        own = relative_spread(cycles.spread[:, meter], cycles.spread_w[:, meter], np.array(usual))
        told = relative_spread(spread[some, meter], spread_w[some, meter], np.array(usual))
        squared = squares(
            parts.rate[some, meter],
            signs_of(parts.shapes[some, meter], rates.knee[family, meter]),
            parts.share[some, meter],
            rates.weights[family, meter],
        )
        at = family, meter
        heed = _heed(squared, told)
        found["spread"][at], found["heed"][at] = usual, heed
        found["seen"][at] = variance(squared / told**heed)
        found["day"][at] /= (own[weight > 0] ** heed).mean()
    return {name: frozen(array) for name, array in found.items()}


def _of_other_cycles(parts: Parts) -> tuple[np.ndarray, np.ndarray]:
    """How much the subscriber's days differ in all other cycles, as `usage_rate.spread_of`: [k, n_meters].

    Days that are compared must not tell how sure they are themselves: where a giant is among them they differ
    more, and are further from the rest of their cycle, whoever's they are.
    """
    each = np.stack(spread_of(parts.shapes.swapaxes(1, 2), parts.share.swapaxes(1, 2)))
    at = parts.who * (int(parts.cycle.max(initial=0)) + 1) + parts.cycle
    each /= np.bincount(at)[at, None]  # as often as the cycle is cut
    others = [_summed(of, parts.who) - _summed(of, at) for spread in each for of in spread.T]
    spread, spread_w = np.array(others).reshape(2, each.shape[2], len(at)).swapaxes(1, 2)
    return np.maximum(spread, 0.0), np.maximum(spread_w, 0.0)


def _summed(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """The sum [k] of all values of the same group."""
    summed: np.ndarray = np.bincount(group, values)[group]
    return summed


def _heed(squared: np.ndarray, own: np.ndarray) -> float:
    """The power of `own` [k] to which `squared` differences [k] are proportional, shrunk to 0.

    Maximum likelihood as if they were a chi-squared number times their mean.
    """
    log = np.log(own)
    unlike = [np.log((squared * np.exp(-heed * log)).mean()) + heed * log.mean() for heed in HEEDS]
    return float(HEEDS[int(np.argmin(unlike))] * len(own) / (len(own) + SHRINK))
