"""What products cost on a day: a price rise every half year, and offers of the week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

_RISES = (1.0, 0.98, 0.96, 0.94)  # of today's price: this half year, the one before, ...
_HALF_YEAR = 182
_OFFER = 0.8  # of the usual price
_OFFERS = 24  # products on offer in a week


@dataclass(frozen=True)
class PriceBook:
    """Prices in cents over time; `offers` (weeks, _OFFERS) are product indices."""

    days: int
    price: NDArray[np.int64]
    unit_cost: NDArray[np.int64]
    offers: NDArray[np.int64]

    def offer_of_week(self, rng: np.random.Generator, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """One of the products on offer on each day."""
        return np.asarray(self.offers[day // 7, rng.integers(0, _OFFERS, len(day))])

    def at(
        self, product: NDArray[np.int64], day: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Unit price and unit cost in cents of each product on its day."""
        ago = np.clip((self.days - 1 - day) // _HALF_YEAR, 0, len(_RISES) - 1)
        factor = np.array(_RISES)[ago]
        on_offer = np.zeros((len(self.offers), len(self.price)), dtype=bool)
        on_offer[np.arange(len(self.offers))[:, None], self.offers] = True
        offer = np.where(on_offer[day // 7, product], _OFFER, 1.0)
        price = np.rint(self.price[product] * factor * offer).astype(np.int64)
        return price, np.rint(self.unit_cost[product] * factor).astype(np.int64)


def build_prices(
    rng: np.random.Generator, price: NDArray[np.int64], unit_cost: NDArray[np.int64], days: int
) -> PriceBook:
    """Offers drawn for every week of `days`; today's `price` and `unit_cost` are given in cents."""
    weeks = -(-days // 7)
    offers = np.argsort(rng.random((weeks, len(price))), axis=1)[:, :_OFFERS]
    return PriceBook(days, price, unit_cost, offers)


def decimal_text(cents: str) -> pl.Expr:
    """A column of cents (not negative) as decimal strings with two places, under the same name."""
    column = pl.col(cents)
    return ((column // 100).cast(pl.String) + "." + (column % 100).cast(pl.String).str.zfill(2)).alias(cents)
