"""Fit what customers are worth, as known on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from config.value import Value
from models.arrays import frozen
from models.catalogue import Catalogue
from models.customer_value import CustomerValue
from models.ids import UNKNOWN, IdMap
from models.texts import Texts
from training.data.orders import Orders
from training.value.expected import Expected, expected_profit
from training.value.history import Spending, gaps_of, spending_of
from training.value.profit import money_of
from training.value.rfm import rfm_of
from training.value.tiers import floors_of, percentiles, tiers_of
from training.value.worth import Chosen, choose_half_life, decayed, with_referrals


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The tiers of the last training: whose they were."""

    customers: IdMap
    value: CustomerValue


@dataclass(frozen=True, slots=True, eq=False)
class FittedValue:
    """What customers are worth, and how that was reckoned.

    moved  int64 [n_tiers + 1, n_tiers] customers by tier before (the last row: none) and now
    """

    value: CustomerValue
    spending: Spending
    half_life: Chosen
    expected: Expected
    basis: Mapping[str, float]
    moved: np.ndarray

    def to_dict(self) -> dict[str, object]:
        """How it was reckoned, as plain values."""
        return {
            "half_life_days": self.half_life.half_life,
            "top_fifth_by_half_life": self.half_life.shares,
            "profit_from": dict(self.basis),
            "expected_by": self.expected.model,
            "expected_errors": dict(self.expected.errors),
            "tiers": [self.value.tiers[at] for at in range(len(self.value.tiers))],
            "moved": self.moved.tolist(),
        }


def fit_customer_value(
    orders: Orders,
    catalogue: Catalogue,
    settings: Value,
    as_of: int,
    *,
    registered: pl.DataFrame | None = None,
    before: Before | None = None,
) -> FittedValue:
    """The worth of every customer of `orders`, from the lines before the day `as_of`.

    registered  the customers table, whose `referred_by` says who brought whom; None for a shop without
    before      what the last training found, for the hysteresis of tiers
    """
    money = money_of(orders.lines, catalogue, settings.margins)
    spending = spending_of(orders, money).before(as_of)
    horizon = settings.horizon_days
    chosen = choose_half_life(spending, as_of, settings.half_lives, settings.half_life_days, horizon)
    value = decayed(spending, as_of, chosen.half_life)
    if registered is not None and "referred_by" in registered.columns:
        referrer = referrers(registered, orders.customers)
        value = with_referrals(value, referrer, settings.referral_share, settings.referral_cap)
    expected = expected_profit(spending, as_of, chosen.half_life, horizon)
    percentile = percentiles(value)
    previous = _tiers_before(orders.customers, before, settings)
    tier = tiers_of(percentile, previous, settings.tiers)
    moved = np.zeros((len(settings.tiers) + 1, len(settings.tiers)), dtype=np.int64)
    np.add.at(moved, (previous, tier), 1)
    n = spending.n_customers
    first, last = np.full(n, as_of, dtype=np.int32), np.zeros(n, dtype=np.int32)
    np.minimum.at(first, spending.customer, spending.day)
    np.maximum.at(last, spending.customer, spending.day)
    fitted = CustomerValue(
        first_day=frozen(first),
        last_day=frozen(last),
        orders=frozen(spending.total(spending.orders).astype(np.int32)),
        revenue=frozen(np.rint(spending.total(spending.revenue)).astype(np.int64)),
        profit=frozen(np.rint(spending.total(spending.profit)).astype(np.int64)),
        gap=frozen(gaps_of(spending)),
        value=frozen(value),
        percentile=frozen(percentile),
        tier=frozen(tier),
        rfm=frozen(rfm_of(spending)),
        expected=frozen(expected.profit),
        tiers=Texts.of(tier.name for tier in settings.tiers),
        floors=frozen(floors_of(value, settings.tiers)),
    )
    return FittedValue(fitted, spending, chosen, expected, money.basis, moved)


def referrers(registered: pl.DataFrame, customers: IdMap) -> np.ndarray:
    """Who brought each customer in, int32 [n_customers], UNKNOWN (-1) for nobody who is a customer."""
    told = registered.filter(pl.col("referred_by").is_not_null()).select("customer_id", "referred_by")
    found = np.full(len(customers), UNKNOWN, dtype=np.int32)
    who = customers.indices(told["customer_id"].to_list())
    by = customers.indices(told["referred_by"].to_list())
    found[who[who >= 0]] = by[who >= 0]
    return found


def _tiers_before(customers: IdMap, before: Before | None, settings: Value) -> np.ndarray:
    """The last tier of each customer, int8 [n_customers], -1 for who had none or one that is no more."""
    found = np.full(len(customers), -1, dtype=np.int8)
    if before is None:
        return found
    names = [tier.name for tier in settings.tiers]
    old = [before.value.tiers[at] for at in range(len(before.value.tiers))]
    place = np.array([names.index(name) if name in names else -1 for name in old], dtype=np.int8)
    _, mine, theirs = np.intersect1d(
        customers.ids, before.customers.ids, assume_unique=True, return_indices=True
    )
    found[mine] = place[before.value.tier[theirs]]
    return found
