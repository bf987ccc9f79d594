"""What tells most of the level, learned from finished cycles: part of their days against the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.arrays import frozen
from models.billing_days import cycle_of, cycle_start
from models.usage_defaults import PRIOR
from models.usage_history import UsageHistory
from models.usage_rate import MOST, TERMS, UsageRates, bent

CYCLES = 6  # finished ones that are looked back at
SPLITS = (8, 12, 16)  # days of a cycle before and after which use is compared
LEAST_SEEN = 0.2  # W of each part
MOST_APART = 2.0  # of the logarithm of one part's rate over the other's
UNLIKE = 0.1  # share of spans whose days are more unlike than at the knee
LEAST_SHAPE = 0.5  # 1 - 1/days of two days
SHRINK = 150.0  # comparisons in which nothing but the mean tells anything
MOST_QUANTILE = 0.995  # of squared differences: larger ones are changes of level
SEEN_SHRINK = 50.0  # comparisons of what is usual mixed in
LEAST_SQUARE = 1e-4  # pull to 0 on each weight beside that, where shapes are all alike


class Parts(NamedTuple):
    """Finished cycles cut in two, [k, n_meters, 2, ...] by part.

    rate    the logarithm of the mean rate; NaN where one of the two is not known
    shapes  [k, n_meters, 2, TERMS] of `usage_rate.shapes_of`
    share   W
    family  int [k]
    who     int [k] position of the subscriber
    cycle   int [k] which of the subscriber's cycles it is; at several places cut, it is there as often
    """

    rate: np.ndarray
    shapes: np.ndarray
    share: np.ndarray
    family: np.ndarray
    who: np.ndarray
    cycle: np.ndarray


def parts_of(history: UsageHistory, as_of: int) -> Parts:
    """The last finished cycles before a day, each cut at each of SPLITS."""
    anchor = history.running.anchor
    now, rows = cycle_of(np.full(len(anchor), as_of), anchor), np.arange(len(anchor))
    found = []
    for back in range(1, CYCLES + 1):
        begin, end = cycle_start(now - back, anchor), cycle_start(now - back + 1, anchor)
        for split in SPLITS:
            edges = np.stack([begin, begin + split, end], axis=1)
            use, share = (each.swapaxes(1, 2) for each in history.shares(rows, begin, edges))
            level, shapes = (each.swapaxes(1, 2) for each in history.levels(rows, edges))
            known = np.all((share > LEAST_SEEN) & (use > 0), axis=2, keepdims=True)
            rate = np.where(known, np.log(np.where(known, level, 1.0)), np.nan)
            cycle = np.full(len(rows), back)
            found.append(Parts(rate, shapes, share, history.running.family, rows, cycle))
    return Parts(*(np.concatenate(each) for each in zip(*found, strict=True)))


def fit_rates(parts: Parts, n_families: int) -> tuple[UsageRates, np.ndarray]:
    """The weights, and the variance `seen` [n_families, n_meters] of the rate they tell, times W."""
    n_meters = parts.rate.shape[1]
    weights, knee = np.zeros((n_families, n_meters, TERMS + 1)), np.zeros((n_families, n_meters))
    seen = np.full((n_families, n_meters), PRIOR["seen"])
    for family in range(n_families):
        for meter in range(n_meters):
            some = (parts.family == family) & np.isfinite(parts.rate[:, meter]).all(axis=1)
            if some.any():
                rate, shapes = parts.rate[some, meter], parts.shapes[some, meter]
                at = family, meter
                knee[at] = np.quantile(shapes[..., 1] / np.maximum(shapes[..., 0], LEAST_SHAPE), UNLIKE)
                signs = signs_of(shapes, knee[at])
                weights[at] = _weights(rate, signs)
                seen[at] = variance(squares(rate, signs, parts.share[some, meter], weights[at]))
    return UsageRates(frozen(weights), frozen(knee)), frozen(seen)


def signs_of(shapes: np.ndarray, knee: np.ndarray) -> np.ndarray:
    """What the weights weigh [..., TERMS + 1], of shapes [..., TERMS]."""
    return np.concatenate([shapes, bent(shapes, knee)[..., None]], axis=-1)


def _weights(rate: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Weights [TERMS + 1] by least squares, with a pull to the mean, from `rate` [k, 2] and `signs_of` both.

    How far the mean of the other part is above that of this one does not depend on the level: what the
    shape of this part tells of it is its error. Either part is once this one.
    """
    gap = np.clip(rate[:, 1] - rate[:, 0], -MOST_APART, MOST_APART)
    gaps, signs = np.concatenate([gap, -gap]), np.concatenate([signs[:, 0], signs[:, 1]])
    squared = signs.T @ signs
    # As many comparisons more as SHRINK, of the same shapes, in which both means were the same: two terms are
    # nearly alike, and a pull on each for itself would leave little of what only their difference tells.
    pull = squared * (SHRINK / len(signs)) + LEAST_SQUARE * np.eye(TERMS + 1)
    found: np.ndarray = np.linalg.solve(squared + pull, signs.T @ gaps)
    return found


def squares(rate: np.ndarray, signs: np.ndarray, share: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """By how much the rates told of two parts are apart, squared, in units of their variance times W: [k].

    `rate` and `share` [k, 2], `signs` [k, 2, TERMS + 1], `weights` [TERMS + 1].
    """
    told = rate + np.clip(signs @ weights, -MOST, MOST)
    squared = (told[:, 1] - told[:, 0]) ** 2 / (1 / share).sum(axis=1)
    return np.asarray(np.minimum(squared, np.quantile(squared, MOST_QUANTILE)))


def variance(squared: np.ndarray) -> float:
    """Of rates, times W, from `squares` [k], with some of what is usual mixed in."""
    return float((squared.sum() + SEEN_SHRINK * PRIOR["seen"]) / (len(squared) + SEEN_SHRINK))
