"""The profit expected of each customer: by the simple model, or a finer one where that predicts better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from training.value.bgnbd import Repeats, fit_bgnbd, fit_gamma_gamma
from training.value.history import Spending
from training.value.worth import LEAST_CUSTOMERS, decayed

MOST = 10_000  # customers that the parameters are fitted on; more do not move them
SEED = 1
WEEK = 7.0
SIMPLE, BGNBD = "decayed_rate", "bg_nbd"


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Profit expected within the horizon, float64 [n_customers] in minor units, and by which model.

    errors  mean absolute error of each model in the last window before `as_of`, in minor units a customer;
            empty where there was too little to judge by
    """

    profit: np.ndarray
    model: str
    errors: Mapping[str, float]


def expected_profit(spending: Spending, as_of: int, half_life: float, horizon: int) -> Expected:
    """The better of two models in the window before `as_of`, the simple one where they are equal."""
    cut = as_of - horizon
    before, later = spending.before(cut), spending.within(cut, as_of)
    known = np.bincount(before.customer, minlength=spending.n_customers) > 0
    errors: dict[str, float] = {}
    if known.sum() >= LEAST_CUSTOMERS and len(later.day):
        truth = later.total(later.profit)[known]
        simple = decayed_rate(before, cut, half_life, horizon)
        errors[SIMPLE] = float(np.abs(simple[known] - truth).mean())
        refined = bought_and_spent(before, cut, horizon)
        if refined is not None:
            errors[BGNBD] = float(np.abs(refined[known] - truth).mean())
    if errors.get(BGNBD, np.inf) < errors.get(SIMPLE, np.inf):
        refined = bought_and_spent(spending.before(as_of), as_of, horizon)
        if refined is not None:
            return Expected(refined, BGNBD, errors)
    return Expected(decayed_rate(spending.before(as_of), as_of, half_life, horizon), SIMPLE, errors)


def decayed_rate(spending: Spending, as_of: int, half_life: float, horizon: int) -> np.ndarray:
    """Decayed profit a decayed day since the first order, for the days of the horizon.

    The sum of 0.5^(age / half-life) over all days since the first order is what a customer who spends
    one unit a day would have.
    """
    first = np.full(spending.n_customers, as_of - 1, dtype=np.int64)
    np.minimum.at(first, spending.customer, spending.day)
    fade = 0.5 ** (1 / half_life)
    days = (fade - fade ** (as_of - first + 1.0)) / (1 - fade)
    # A newcomer's first days say little: nobody is reckoned to have been watched for less than the horizon.
    least = (fade - fade ** (horizon + 1.0)) / (1 - fade)
    rate = decayed(spending, as_of, half_life) / np.maximum(days, least)
    expected: np.ndarray = np.maximum(rate, 0) * horizon
    return expected


def repeats_of(spending: Spending, as_of: int) -> tuple[Repeats, np.ndarray]:
    """What the model of purchases needs, in weeks, a day with orders being one purchase; and who has any."""
    n = spending.n_customers
    first, last = np.full(n, as_of, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    np.minimum.at(first, spending.customer, spending.day)
    np.maximum.at(last, spending.customer, spending.day)
    bought = last >= 0
    x = np.bincount(spending.customer, minlength=n).astype(np.float64) - 1
    t_x = np.where(bought, last - first, 0) / WEEK
    return Repeats(np.maximum(x, 0), t_x, (as_of - first) / WEEK), bought


def bought_and_spent(spending: Spending, as_of: int, horizon: int) -> np.ndarray | None:
    """Purchases expected by BG/NBD times profit expected of each by Gamma-Gamma; None if they do not fit."""
    seen, bought = repeats_of(spending, as_of)
    days = np.bincount(spending.customer, minlength=spending.n_customers)
    mean = np.divide(spending.total(spending.profit), days, out=np.zeros(len(days)), where=days > 0)
    some = _sample(np.flatnonzero(bought))
    purchases = fit_bgnbd(Repeats(*(column[some] for column in seen)))
    paid = some[mean[some] > 0]
    if purchases is None or len(paid) < LEAST_CUSTOMERS:
        return None
    amounts = fit_gamma_gamma(days[paid].astype(np.float64), mean[paid])
    if amounts is None:
        return None
    found = np.zeros(spending.n_customers)
    who = Repeats(*(column[bought] for column in seen))
    each = amounts.expected(days[bought].astype(np.float64), np.maximum(mean[bought], 0))
    with np.errstate(all="ignore"):
        found[bought] = purchases.expected(who, horizon / WEEK) * each
    return found if np.isfinite(found).all() else None


def _sample(rows: np.ndarray) -> np.ndarray:
    if len(rows) <= MOST:
        return rows
    chosen: np.ndarray = np.sort(np.random.default_rng(SEED).choice(rows, MOST, replace=False))
    return chosen
