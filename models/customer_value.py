"""What each customer is worth, how they came to be, and the names that marketers give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays
from models.texts import Texts

# Names of segments by quintile of recency (rows, 1 to 5) and of frequency (columns, 1 to 5), as they are
# usual among marketers.
SEGMENTS: tuple[tuple[str, ...], ...] = (
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"),
    ("promising", "potential_loyal", "potential_loyal", "loyal", "loyal"),
    ("new", "potential_loyal", "potential_loyal", "champion", "champion"),
)


class Worth(NamedTuple):
    """One customer. Money in minor units.

    gap       usual days between two days with orders, None with fewer than three such days
    rfm       quintiles of recency, frequency and monetary, 5 is best
    expected  profit expected in the next days, see `CustomerValue`
    """

    first_day: int
    last_day: int
    orders: int
    revenue: int
    profit: int
    gap: float | None
    value: float
    percentile: float
    tier: str
    rfm: tuple[int, int, int]
    segment: str
    expected: float


@dataclass(frozen=True, slots=True, eq=False)
class CustomerValue:
    """One row a customer, in the order of the customer IdMap. Money in minor units, days since 1970-01-01.

    first_day, last_day  int32 [n_customers] days of the first and last order
    orders               int32 [n_customers]
    revenue, profit      int64 [n_customers] of all time
    gap                  float32 [n_customers] median days between days with orders, NaN with fewer than three
    value                float64 [n_customers] decayed profit, referrals included
    percentile           float32 [n_customers] share of customers worth less, 0 to 100
    tier                 int8 [n_customers] position in `tiers`
    rfm                  uint8 [n_customers, 3] quintiles of recency, frequency and monetary, 5 is best
    expected             float64 [n_customers] profit expected within the horizon of the settings
    tiers                [n_tiers] names, highest first
    floors               float64 [n_tiers] the value from which a tier is entered
    """

    first_day: np.ndarray
    last_day: np.ndarray
    orders: np.ndarray
    revenue: np.ndarray
    profit: np.ndarray
    gap: np.ndarray
    value: np.ndarray
    percentile: np.ndarray
    tier: np.ndarray
    rfm: np.ndarray
    expected: np.ndarray
    tiers: Texts
    floors: np.ndarray

    def __len__(self) -> int:
        return len(self.value)

    def of(self, customer: int) -> Worth:
        """What is known of the worth of a customer; raises IndexError for a position that is none."""
        if not 0 <= customer < len(self):
            raise IndexError(customer)
        gap = float(self.gap[customer])
        recency, frequency, monetary = self.rfm[customer].tolist()
        return Worth(
            int(self.first_day[customer]),
            int(self.last_day[customer]),
            int(self.orders[customer]),
            int(self.revenue[customer]),
            int(self.profit[customer]),
            None if np.isnan(gap) else gap,
            float(self.value[customer]),
            float(self.percentile[customer]),
            self.tiers[int(self.tier[customer])],
            (recency, frequency, monetary),
            segment_of(recency, frequency),
            float(self.expected[customer]),
        )

    def to_arrays(self) -> Arrays:
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "tiers"}
        return {**plain, **{f"tiers_{name}": array for name, array in self.tiers.to_arrays().items()}}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        names: Mapping[str, np.ndarray] = {
            name.removeprefix("tiers_"): array for name, array in arrays.items() if name.startswith("tiers_")
        }
        plain = {name: arrays[name] for name in cls.__slots__ if name != "tiers"}
        return cls(**plain, tiers=Texts.from_arrays(names))


def segment_of(recency: int, frequency: int) -> str:
    """The segment of quintiles of recency and frequency, 1 to 5."""
    return SEGMENTS[recency - 1][frequency - 1]
