"""Who has a subscription on a day: one a customer and family of plans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.plans import PlanBook
from models.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """Subscriptions that run on a day each: one row a subscriber, one customer in one family.

    All [n], as in Subscriptions; family is a position in the plan book's.
    """

    customer: np.ndarray
    family: np.ndarray
    plan: np.ndarray
    anchor: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    locked_until: np.ndarray

    def take(self, rows: np.ndarray) -> Running:
        """The subscribers at these positions."""
        return Running(*(getattr(self, name)[rows] for name in self.__slots__))

    def __len__(self) -> int:
        return len(self.customer)


def running_on(subscriptions: Subscriptions, book: PlanBook, as_of: int) -> Running:
    """The subscriptions that run on a day, sorted by customer and family.

    Of two of one customer and family at once, the one that started last.
    """
    runs = np.flatnonzero((subscriptions.started <= as_of) & (subscriptions.ended >= as_of))
    family = book.family[subscriptions.plan[runs]]
    if len(runs) > 1:
        order = np.lexsort((subscriptions.started[runs], family, subscriptions.customer[runs]))
        runs, family = runs[order], family[order]
        customer = subscriptions.customer[runs]
        last = np.ones(len(runs), dtype=np.bool_)
        last[:-1] = (customer[1:] != customer[:-1]) | (family[1:] != family[:-1])
        runs, family = runs[last], family[last]
    return Running(
        subscriptions.customer[runs],
        family,
        subscriptions.plan[runs],
        subscriptions.anchor[runs].astype(np.int64),
        subscriptions.started[runs].astype(np.int64),
        subscriptions.ended[runs].astype(np.int64),
        subscriptions.locked_until[runs].astype(np.int64),
    )
