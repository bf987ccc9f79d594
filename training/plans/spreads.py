"""Whose days differ more than others': how far that tells how sure the rate of some days is."""

from __future__ import annotations

import numpy as np

from models.arrays import frozen
from models.usage_cycles import UsageCycles
from models.usage_defaults import PRIOR
from models.usage_level import relative_spread
from models.usage_rate import UsageRates
from training.plans.rates import Parts, squares, variance

HEEDS = np.linspace(0, 1.5, 16)
SHRINK = 300.0  # comparisons in which it tells nothing


def fit_spreads(
    parts: Parts, rates: UsageRates, cycles: UsageCycles, within: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """`day` and `seen` [n_families, n_meters] of whose days differ as usual, `spread` and `heed`.

    `within`: `day` and `seen` as measured if everybody were alike. `cycles` [n] of the subscribers of whom
    `parts` has one row after the other, as often as there are cycles and splits.
    """
    found = {name: np.array(array) for name, array in within.items()}
    found |= {name: np.full(found["seen"].shape, PRIOR[name]) for name in ("spread", "heed")}
    times = len(parts.rate) // max(len(cycles), 1)
    for family, meter in np.ndindex(found["seen"].shape):
        some = (parts.family == family) & np.isfinite(parts.rate[:, meter]).all(axis=1)
        weight = cycles.spread_w[:, meter] * (parts.family[: len(cycles)] == family)
        usual = float((weight > 0) @ cycles.spread[:, meter]) / max(float(weight.sum()), 1e-9)
        if not some.any() or usual <= 0:
            continue
        own = relative_spread(cycles.spread[:, meter], cycles.spread_w[:, meter], np.array(usual))
        squared = squares(
            parts.rate[some, meter],
            parts.shapes[some, meter],
            parts.share[some, meter],
            rates.weights[family, meter],
        )
        at, told = (family, meter), np.tile(own, times)[some]
        heed = _heed(squared, told)
        found["spread"][at], found["heed"][at] = usual, heed
        found["seen"][at] = variance(squared / told**heed)
        found["day"][at] /= (own[weight > 0] ** heed).mean()
    return {name: frozen(array) for name, array in found.items()}


def _heed(squared: np.ndarray, own: np.ndarray) -> float:
    """The power of `own` [k] to which `squared` differences [k] are proportional, shrunk to 0.

    Maximum likelihood as if they were a chi-squared number times their mean.
    """
    log = np.log(own)
    unlike = [np.log((squared * np.exp(-heed * log)).mean()) + heed * log.mean() for heed in HEEDS]
    return float(HEEDS[int(np.argmin(unlike))] * len(own) / (len(own) + SHRINK))
