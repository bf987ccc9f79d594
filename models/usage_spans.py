"""Spans of days of which the use is told: finished cycles, the running one, and both cut in two.

A span is a pair of positions in a list of days: the starts of the finished cycles and of the running one, the
end of the running one, the cuts, and last the day asked about.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.usage_cycles import FINISHED_CUTS, N_CUTS, RUNNING_CUTS
from models.usage_rate import UsageRates, shapes_of

LEAST = 1e-9
# What is summed over the days of a span: the four of `usage_rate.levels_of`, weight, use.
LEVEL, DAYS, WEIGHT, USE = 0, 1, 4, 5
SHAPE = slice(0, WEIGHT)


class Spans(NamedTuple):
    """Both int64 [n_spans]: position of the first day, and of the day after the last."""

    begin: np.ndarray
    end: np.ndarray


def spans_of(n_cycles: int) -> Spans:
    """The finished cycles, the running one, then before and after each cut."""
    first_cut, as_of = n_cycles + 2, -1
    spans = [(cycle, cycle + 1) for cycle in range(n_cycles)]
    spans.append((n_cycles, as_of))
    for number in range(N_CUTS):
        cycle, end = (n_cycles - 1, n_cycles) if number < len(FINISHED_CUTS) else (n_cycles, as_of)
        spans += [(cycle, first_cut + number), (first_cut + number, end)]
    return Spans(*np.array(spans).T)


def cut_days(before: np.ndarray, begin: np.ndarray, as_of: np.ndarray) -> np.ndarray:
    """The days [n, N_CUTS] of the cuts; where one would lie before its cycle, the cycle's first.

    `before`, `begin` [n] are the first days of the last finished cycle and of the running one.
    """
    days = np.empty((len(begin), N_CUTS), dtype=np.int64)
    np.maximum(begin[:, None] - FINISHED_CUTS, before[:, None], out=days[:, : len(FINISHED_CUTS)])
    np.maximum(as_of[:, None] - RUNNING_CUTS, begin[:, None], out=days[:, len(FINISHED_CUTS) :])
    return days


def told(rates: UsageRates, family: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Use as the level is told by [n, n_spans, n_meters]: at the rate that its days' shape says.

    And that shape [n, n_spans, n_meters, TERMS]. `sums` [6, n, n_spans, n_meters] over the days of each
    span: LEVEL and so on.
    """
    shapes = shapes_of(sums[SHAPE])
    mean = sums[LEVEL] / np.maximum(sums[DAYS], LEAST)
    return mean * sums[WEIGHT] * rates.factors(family, shapes), shapes


def apart_of(use: np.ndarray, told: np.ndarray) -> np.ndarray:
    """The logarithm of use over what the level is told by, in all finished cycles: [n, n_meters].

    Both [n, n_cycles, n_meters]; 0 where nothing was used.
    """
    whole, as_told = use.sum(axis=1), told.sum(axis=1)
    known = (whole > 0) & (as_told > 0)
    above: np.ndarray = np.log(np.where(known, whole, 1.0)) - np.log(np.where(known, as_told, 1.0))
    return above


def halves(spans: np.ndarray, n_cycles: int) -> np.ndarray:
    """Of spans [n, n_spans, n_meters] those before and after each cut: [n, N_CUTS, n_meters, 2]."""
    cut = spans[:, n_cycles + 1 :]
    return cut.reshape(len(cut), N_CUTS, 2, cut.shape[-1]).swapaxes(2, 3)
