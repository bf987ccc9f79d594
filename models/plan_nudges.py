"""What a bundle knows of plans: the advisor, and how far every subscriber is in the running cycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays
from models.ids import UNKNOWN, IdMap
from models.plan_advisor import PlanAdvisor
from models.plans import PlanBook
from models.usage_cycles import UsageCycles


@dataclass(frozen=True, slots=True, eq=False)
class PlanNudges:
    """The part of an artifact that nudges are answered from; a shop without plans has none.

    subscribers  everyone who has or had a subscription
    cycles       one row for each subscription that runs on `as_of`; customers are positions in `subscribers`
    as_of        int32 [1] the day after the last one of usage, days since 1970-01-01
    """

    advisor: PlanAdvisor
    subscribers: IdMap
    cycles: UsageCycles
    as_of: np.ndarray

    @property
    def book(self) -> PlanBook:
        """The plans of the shop."""
        return self.advisor.book

    def of_customer(self, customer_id: str) -> UsageCycles | None:
        """The running cycles of a customer, one a subscription; None for somebody never subscribed."""
        customer = self.subscribers.index(customer_id)
        return None if customer == UNKNOWN else self.cycles.of_customer(customer)

    def to_arrays(self) -> Arrays:
        return {
            **_named("advisor", self.advisor.to_arrays()),
            **_named("subscribers", self.subscribers.to_arrays()),
            **_named("cycles", self.cycles.to_arrays()),
            "as_of": self.as_of,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(
            PlanAdvisor.from_arrays(_of("advisor", arrays)),
            IdMap.from_arrays(_of("subscribers", arrays)),
            UsageCycles.from_arrays(_of("cycles", arrays)),
            arrays["as_of"],
        )


def _named(part: str, arrays: Arrays) -> Arrays:
    return {f"{part}.{name}": array for name, array in arrays.items()}


def _of(part: str, arrays: Arrays) -> Arrays:
    prefix = f"{part}."
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
