"""Decayed profit, its half-life chosen on what customers spent next, and a share of what they brought in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from training.value.history import Spending

TOP = 0.2  # the fifth of whom one hopes that they bring most
CUTS = 3  # windows on which the half-life is chosen, each before the next
LEAST_CUSTOMERS = 100  # who bought before a window, for it to say anything


@dataclass(frozen=True, slots=True)
class Chosen:
    """The half-life, and what each brought: the share of the next window's revenue of the top fifth."""

    half_life: int
    shares: dict[int, float]


def decayed(spending: Spending, as_of: int, half_life: float) -> np.ndarray:
    """profit x 0.5^(age / half-life), summed by customer, float64 [n_customers]; ages in days on `as_of`."""
    return spending.total(spending.profit * np.exp2(-(as_of - spending.day) / half_life))


def captured(scores: np.ndarray, spent: np.ndarray, known: np.ndarray) -> float:
    """The share of what known customers spent that the top fifth of them by score did."""
    score, amount = scores[known], spent[known]
    top = np.argsort(-score, kind="stable")[: round(TOP * len(score))]
    whole = amount.sum()
    return float(amount[top].sum() / whole) if whole > 0 else 0.0


def choose_half_life(
    spending: Spending, end: int, half_lives: Sequence[int], default: int, horizon: int
) -> Chosen:
    """The half-life whose top fifth brought most in the windows before `end`, on average.

    Windows are `horizon` days long and follow each other; those with too few customers before them, and too
    little time, are left out. Without any the default holds.
    """
    windows = list(_windows(spending, end, horizon))
    if not windows:
        return Chosen(default, {})
    shares = {
        half_life: float(
            np.mean(
                [
                    captured(decayed(spending.before(cut), cut, half_life), spent, known)
                    for cut, spent, known in windows
                ]
            )
        )
        for half_life in half_lives
    }
    best = max(shares.values())
    # Of equals the longest: it changes least from one training to the next.
    return Chosen(max(each for each in half_lives if shares[each] >= best), shares)


def _windows(spending: Spending, end: int, horizon: int) -> Iterable[tuple[int, np.ndarray, np.ndarray]]:
    """The last windows before `end`: their first day, what each customer spent, who had bought before."""
    first = int(spending.day.min()) if len(spending.day) else end
    for number in range(1, CUTS + 1):
        cut = end - number * horizon
        before = spending.before(cut)
        known = np.bincount(before.customer, minlength=spending.n_customers) > 0
        if cut - first < horizon or known.sum() < LEAST_CUSTOMERS:
            return
        later = spending.within(cut, cut + horizon)
        yield cut, later.total(later.revenue), known


def with_referrals(value: np.ndarray, referrer: np.ndarray, share: float, cap: float) -> np.ndarray:
    """Value with a share of the value of those whom each customer brought in, first level alone.

    referrer  int32 [n_customers] who brought each customer in, -1 for nobody
    cap       the most that this may add, in mean values of a customer: a gift to friends is no career
    """
    brought = (referrer >= 0) & (referrer != np.arange(len(referrer)))
    added = share * np.bincount(referrer[brought], np.maximum(value[brought], 0), len(value))
    most = cap * max(float(value.mean()) if len(value) else 0.0, 0.0)
    whole: np.ndarray = value + np.minimum(added, most)
    return whole
