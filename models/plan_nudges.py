"""What a bundle knows of plans: the advisor, everybody's running cycle, and the advice.

Advice depends on nothing that comes later than training but the limits of the settings. So it is made in
training for everybody, and looked up; where the service has other limits than training had, it is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from models.advice import Advice
from models.arrays import Arrays, frozen
from models.ids import UNKNOWN, IdMap
from models.plan_advisor import PlanAdvisor, quota_of
from models.plan_decision import NudgeLimits, end_told, following_told, use_told
from models.plans import PlanBook
from models.usage_cycles import UsageCycles

SAID = (
    "plan",
    "used",
    "locked_until",
    "ends_on",
    "follows",
    "metered",
    "quota",
    "known",
)  # of the advice, by cycles and plans
NO_COST = -1.0
LIMITS = tuple(each.name for each in fields(NudgeLimits))


@dataclass(frozen=True, slots=True, eq=False)
class MadeAdvice:
    """The advice of everybody, and the limits it was made with: float64 [4], as LIMITS names them."""

    limits: np.ndarray
    advice: Advice

    @classmethod
    def of(cls, advice: Advice, limits: NudgeLimits) -> Self:
        fixed = {name: frozen(array) for name, array in advice.to_arrays().items()}
        return cls(_numbers(limits), Advice(**fixed))

    def to_arrays(self) -> Arrays:
        """All that cycles and plans do not say; NO_COST of plans that cannot stand in, which have none."""
        kept = {name: array for name, array in self.advice.to_arrays().items() if name not in SAID}
        cost = np.nan_to_num(self.advice.cost_next, nan=NO_COST)
        return {**kept, "cost_next": frozen(cost), "limits": self.limits}

    @classmethod
    def from_arrays(cls, arrays: Arrays, cycles: UsageCycles, book: PlanBook) -> Self:
        plan, cost = cycles.plan, arrays["cost_next"]
        said = {
            "plan": plan,
            "used": cycles.used,
            "locked_until": cycles.locked_until,
            "ends_on": frozen(end_told(cycles)),
            "follows": frozen(following_told(cycles)),
            "metered": frozen(book.metered[plan]),
            "quota": frozen(quota_of(book, plan)),
            "known": frozen(use_told(cycles)),
        }
        whole = {**arrays, **said, "cost_next": frozen(np.where(cost == NO_COST, np.nan, cost))}
        return cls(arrays["limits"], Advice.from_arrays(whole))

    def holds(self, limits: NudgeLimits) -> bool:
        """Was it made with these?"""
        return bool((self.limits == _numbers(limits)).all())


@dataclass(frozen=True, slots=True, eq=False)
class PlanNudges:
    """The part of an artifact that nudges are answered from; a shop without plans has none.

    subscribers  everyone who has or had a subscription
    cycles       one row for each subscription that runs on `as_of`; customers are positions in `subscribers`
    as_of        int32 [1] the day after the last one of usage, days since 1970-01-01
    made         the advice, one row for each of `cycles`, if training made any
    """

    advisor: PlanAdvisor
    subscribers: IdMap
    cycles: UsageCycles
    as_of: np.ndarray
    made: MadeAdvice | None = None

    @property
    def book(self) -> PlanBook:
        """The plans of the shop."""
        return self.advisor.book

    def of_customer(self, customer_id: str) -> slice | None:
        """The rows of `cycles` of a customer, one a subscription; None for somebody never subscribed."""
        customer = self.subscribers.index(customer_id)
        if customer == UNKNOWN:
            return None
        first, last = np.searchsorted(self.cycles.customer, [customer, customer + 1]).tolist()
        return slice(first, last)

    def advise(self, limits: NudgeLimits, rows: slice | None = None) -> Advice:
        """The advice of everybody, or of some rows of `cycles`: that of training, if it had these limits."""
        if self.made is not None and self.made.holds(limits):
            return self.made.advice if rows is None else self.made.advice.take(rows)
        return self.advisor.advise(self.cycles if rows is None else self.cycles.take(rows), limits)

    def with_advice(self, limits: NudgeLimits) -> Self:
        """The same, with everybody's advice made."""
        return replace(self, made=MadeAdvice.of(self.advisor.advise(self.cycles, limits), limits))

    def to_arrays(self) -> Arrays:
        return {
            **_named("made", {} if self.made is None else self.made.to_arrays()),
            **_named("advisor", self.advisor.to_arrays()),
            **_named("subscribers", self.subscribers.to_arrays()),
            **_named("cycles", self.cycles.to_arrays()),
            "as_of": self.as_of,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        advisor = PlanAdvisor.from_arrays(_of("advisor", arrays))
        cycles, made = UsageCycles.from_arrays(_of("cycles", arrays)), _of("made", arrays)
        return cls(
            advisor,
            IdMap.from_arrays(_of("subscribers", arrays)),
            cycles,
            arrays["as_of"],
            MadeAdvice.from_arrays(made, cycles, advisor.book) if made else None,
        )


def _numbers(limits: NudgeLimits) -> np.ndarray:
    return frozen(np.array([getattr(limits, name) for name in LIMITS], dtype=np.float64))


def _named(part: str, arrays: Arrays) -> Arrays:
    return {f"{part}.{name}": array for name, array in arrays.items()}


def _of(part: str, arrays: Arrays) -> Arrays:
    prefix = f"{part}."
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
