"""Trade-ups: for every product the better ones to offer instead, each with the counts that prove it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays
from models.scored import NOTHING, Scored


class UpgradeEvidence(NamedTuple):
    """The counts behind one upgrade, customers each.

    customers        those who had bought the base product before they ever bought the upgrade
    later_customers  those of them who bought the upgrade on a later day
    by_margin        whether the gain is one of margin; otherwise it is one of price
    """

    customers: int
    later_customers: int
    by_margin: bool


@dataclass(frozen=True, slots=True, eq=False)
class TradeUp:
    """The best upgrades of every base product, in compressed rows.

    An upgrade has the base product's category (or, where the shop gave the base product none, has none
    either and is near it in factors and in name), a unit price within the band of
    [training.trade_up], a margin that is not lower where both costs are known, and is no variant of it.

    starts           int64 [n_products + 1] row of base product i: positions starts[i] to starts[i + 1]
    upgrades         int32 [n_upgrades] product index, best first within a row
    scores           float32 [n_upgrades] share of recent baskets x chance x square root of the gain in
                     minor units (see training): above 0, no upper limit, comparable between rows
    chances          float32 [n_upgrades] shrunk P(bought later | base product owned), 0 to 1
    customers        int32 [n_upgrades], later_customers int32 [n_upgrades], by_margin uint8 [n_upgrades]:
                     see UpgradeEvidence
    """

    starts: np.ndarray
    upgrades: np.ndarray
    scores: np.ndarray
    chances: np.ndarray
    customers: np.ndarray
    later_customers: np.ndarray
    by_margin: np.ndarray

    def of(self, product: int) -> Scored:
        """The upgrades of a product, best first; nothing for an index out of range."""
        if not 0 <= product < len(self.starts) - 1:
            return NOTHING
        row = slice(int(self.starts[product]), int(self.starts[product + 1]))
        return Scored(self.upgrades[row], self.scores[row])

    def record(self, position: int) -> UpgradeEvidence:
        """The counts of the upgrade at a position in the rows."""
        return UpgradeEvidence(
            int(self.customers[position]),
            int(self.later_customers[position]),
            bool(self.by_margin[position]),
        )

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})
