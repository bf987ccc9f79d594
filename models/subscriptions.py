"""Who subscribes to which plan, and how much they use a day: structs of arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen
from models.errors import PlanError

OPEN_END = np.iinfo(np.int32).max  # `ended` of a subscription that runs
NOT_LOCKED = np.iinfo(np.int32).min  # `locked_until` of one that can be changed any time
LAST_DAY = (date.max - date(1970, 1, 1)).days  # that can be written: of a lock without an end
DEFAULT_ANCHOR = 1


@dataclass(frozen=True, slots=True, eq=False)
class Subscriptions:
    """One row a subscription, sorted by customer, then start. Days count from 1970-01-01.

    customer      int32 [n] position in the customers' id map
    plan          int16 [n] position in the plan book
    started       int32 [n] first day
    ended         int32 [n] last day, OPEN_END where it runs
    locked_until  int32 [n] last day on which the plan cannot be changed, NOT_LOCKED where it can
    anchor        int8 [n] day of the month on which a cycle begins, 1 to 31; in a shorter month, its last
    """

    customer: np.ndarray
    plan: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    locked_until: np.ndarray
    anchor: np.ndarray

    @classmethod
    def of(cls, **columns: np.ndarray) -> Self:
        """Sorted and checked. Raises PlanError for a row that ends before it starts or has no such anchor."""
        order = np.lexsort((columns["started"], columns["customer"]))
        kinds = {"plan": np.int16, "anchor": np.int8}
        made = cls(**{n: frozen(columns[n][order].astype(kinds.get(n, np.int32))) for n in cls.__slots__})
        made._check("ended", made.ended < made.started, "ended before it started", "order")
        made._check("anchor", (made.anchor < 1) | (made.anchor > 31), "not a day from 1 to 31", "order")
        return made

    def __len__(self) -> int:
        return len(self.customer)

    def _check(self, field: str, wrong: np.ndarray, message: str, reason: str) -> None:
        if wrong.any():
            row = int(wrong.argmax())
            value = getattr(self, field)[row]
            raise PlanError(f"{value}: {message}", field=field, row=f"subscription {row}", reason=reason)

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True, eq=False)
class DailyUsage:
    """One row a customer, meter and day, sorted so. A day without a row is unknown, not zero.

    customer  int32 [n] position in the customers' id map
    meter     int16 [n] position in the plan book's meters
    day       int32 [n] days since 1970-01-01
    amount    float64 [n] in the meter's unit, 0 or more
    """

    customer: np.ndarray
    meter: np.ndarray
    day: np.ndarray
    amount: np.ndarray

    @classmethod
    def of(cls, **columns: np.ndarray) -> Self:
        """Sorted and checked. Raises PlanError for a negative, NaN or infinite amount, or a day twice."""
        order = np.lexsort((columns["day"], columns["meter"], columns["customer"]))
        kinds = {"meter": np.int16, "amount": np.float64}
        made = cls(**{n: frozen(columns[n][order].astype(kinds.get(n, np.int32))) for n in cls.__slots__})
        made._check("amount", ~np.isfinite(made.amount), "not a number", "not_finite")
        made._check("amount", made.amount < 0, "below 0", "negative")
        same = np.zeros(len(made), dtype=np.bool_)
        for name in ("customer", "meter", "day"):
            column = getattr(made, name)
            same[1:] = (column[1:] == column[:-1]) & (same[1:] | (name == "customer"))
        made._check("day", same, "two totals for one customer, meter and day", "conflict")
        return made

    def __len__(self) -> int:
        return len(self.customer)

    def _check(self, field: str, wrong: np.ndarray, message: str, reason: str) -> None:
        if wrong.any():
            row = int(wrong.argmax())
            value = getattr(self, field)[row]
            raise PlanError(f"{value}: {message}", field=field, row=f"usage row {row}", reason=reason)

    def until(self, day: int) -> DailyUsage:
        """What was used before a day."""
        kept = self.day < day
        return DailyUsage(**{name: frozen(getattr(self, name)[kept]) for name in self.__slots__})

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})
