"""What the report says of the worth of customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.value.fondness import Fondness


@dataclass(frozen=True, slots=True)
class TierRow:
    """A tier: its customers, their share of the profit, how many came from and left for other tiers."""

    name: str
    customers: int
    share_of_profit: float
    came: int
    left: int


@dataclass(frozen=True, slots=True)
class ValueFigures:
    """What customers are worth.

    basis             share of the revenue whose profit is known from each source
    curve             share of the profit that the best 0 %, 1 % ... 100 % of customers bring, 101 values
    customers_for_80  share of customers who bring 80 % of it
    rising            names of rising products of the categories that the best are fond of
    """

    customers: int
    basis: Mapping[str, float]
    half_life_days: int
    expected_by: str
    curve: tuple[float, ...]
    share_of_best_20: float
    customers_for_80: float
    tiers: tuple[TierRow, ...]
    categories: tuple[Fondness, ...]
    products: tuple[Fondness, ...]
    rising: tuple[str, ...]
