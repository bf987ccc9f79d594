"""The plan advisor: forecast, price, decide. Immutable, as fitted by `training.plans`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from models.advice import Advice
from models.arrays import Arrays
from models.plan_decision import NudgeLimits
from models.plans import PlanBook
from models.subscriptions import DailyUsage, Subscriptions
from models.usage_cycles import UsageCycles


@dataclass(frozen=True, slots=True, eq=False)
class PlanAdvisor:
    """Answers for one subscriber or for all of them at once."""

    book: PlanBook

    def cycles(self, subscriptions: Subscriptions, usage: DailyUsage, as_of: int) -> UsageCycles:
        """Every subscriber whose subscription runs on `as_of`, with their usage cut into cycles.

        Usage on `as_of` or later is not looked at. Days count from 1970-01-01.
        """
        raise NotImplementedError

    def advise(self, cycles: UsageCycles, limits: NudgeLimits) -> Advice:
        """The advice [n] for these subscribers, in their order."""
        raise NotImplementedError

    def to_arrays(self) -> Arrays:
        return {f"book_{name}": array for name, array in self.book.to_arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        book = {name.removeprefix("book_"): a for name, a in arrays.items() if name.startswith("book_")}
        return cls(PlanBook.from_arrays(book))
