"""What everybody buys: overall, lately, rising, by category, by channel. The fallback that never fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays
from models.scored import NOTHING, Scored
from models.texts import Texts


class PopularityEvidence(NamedTuple):
    """How many of how many baskets had the product in the recent window."""

    orders: int
    all_orders: int
    days: int


class TrendEvidence(NamedTuple):
    """Baskets with the product in the trending window, and in an equal window at its earlier rate."""

    orders: int
    expected_orders: float
    days: int


@dataclass(frozen=True, slots=True, eq=False)
class Popularity:
    """Counts of every product and ranked lists made of them.

    Baskets are counted within the recent window (`window` days before the end of the data).
    popular            int32 [n] product indices by recent baskets, most first, none without a sale
    recent_orders      int32 [n_products] baskets with the product in the recent window
    trending           int32 [m] product indices by shrunk growth, most first (see training)
    trending_scores    float32 [m] log2 of the shrunk growth ratio: 1 means twice the expected rate
    trending_orders    int32 [n_products] baskets in the trending window
    expected_orders    float32 [n_products] baskets expected there at the product's earlier rate
    category_starts    int64 [n_categories + 1], category_products int32: popular within each category
    channels           names of the channels
    channel_starts     int64 [n_channels + 1], channel_products int32: popular within each channel
    window             int64 [4] recent days, baskets in them, trending days, baskets in them
    """

    popular: np.ndarray
    recent_orders: np.ndarray
    trending: np.ndarray
    trending_scores: np.ndarray
    trending_orders: np.ndarray
    expected_orders: np.ndarray
    category_starts: np.ndarray
    category_products: np.ndarray
    channels: Texts
    channel_starts: np.ndarray
    channel_products: np.ndarray
    window: np.ndarray

    def top(self) -> Scored:
        """Popular products; scores are shares of recent baskets, 0 to 1."""
        return self._shares(self.popular)

    def rising(self) -> Scored:
        """Trending products; scores as in `trending_scores`."""
        return Scored(self.trending, self.trending_scores)

    def in_category(self, category: int) -> Scored:
        """Popular products of one category; nothing for an unknown one."""
        if not 0 <= category < len(self.category_starts) - 1:
            return NOTHING
        return self._shares(
            self.category_products[self.category_starts[category] : self.category_starts[category + 1]]
        )

    def in_channel(self, channel: str) -> Scored:
        """Popular products of one channel; nothing for an unknown one."""
        for code in range(len(self.channels)):
            if self.channels[code] == channel:
                return self._shares(
                    self.channel_products[self.channel_starts[code] : self.channel_starts[code + 1]]
                )
        return NOTHING

    def evidence(self, product: int) -> PopularityEvidence:
        """The counts behind popularity of one product."""
        return PopularityEvidence(int(self.recent_orders[product]), int(self.window[1]), int(self.window[0]))

    def trend(self, product: int) -> TrendEvidence:
        """The counts behind the trend of one product."""
        return TrendEvidence(
            int(self.trending_orders[product]), float(self.expected_orders[product]), int(self.window[2])
        )

    def _shares(self, products: np.ndarray) -> Scored:
        return Scored(
            products, (self.recent_orders[products] / max(int(self.window[1]), 1)).astype(np.float32)
        )

    def to_arrays(self) -> Arrays:
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "channels"}
        return plain | {"channels_data": self.channels.data, "channels_ends": self.channels.ends}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        plain = {name: arrays[name] for name in cls.__slots__ if name != "channels"}
        return cls(**plain, channels=Texts(arrays["channels_data"], arrays["channels_ends"]))
