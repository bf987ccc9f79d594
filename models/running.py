"""Who has a subscription on a day: one a customer and family of plans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.plans import PlanBook
from models.subscriptions import OPEN_END, Subscriptions

NO_PLAN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """Subscriptions that run on a day each: one row a subscriber, one customer in one family.

    All [n], as in Subscriptions; family is a position in the plan book's. `follows` int16 is the plan of the
    subscription that begins on the day after this one ends, NO_PLAN where there is none.
    """

    customer: np.ndarray
    family: np.ndarray
    plan: np.ndarray
    anchor: np.ndarray
    started: np.ndarray
    ended: np.ndarray
    follows: np.ndarray
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
        _following(subscriptions, book, runs),
        subscriptions.locked_until[runs].astype(np.int64),
    )


def _following(subscriptions: Subscriptions, book: PlanBook, runs: np.ndarray) -> np.ndarray:
    """The plans int16 [n] of what begins where the subscriptions at `runs` [n] end; NO_PLAN if nothing does.

    Of the same customer and family. Rows are sorted by customer, then start, so that it is one of the next.
    """
    follows = np.full(len(runs), NO_PLAN, dtype=np.int16)
    customer, family = subscriptions.customer, book.family[subscriptions.plan]
    rows, step = np.flatnonzero(subscriptions.ended[runs] != OPEN_END), 1
    while len(rows):
        last = len(customer) - 1
        rows = rows[customer[np.minimum(runs[rows] + step, last)] == customer[runs[rows]]]
        rows = rows[runs[rows] + step <= last]
        at, then = runs[rows], runs[rows] + step
        same = (family[then] == family[at]) & (subscriptions.started[then] == subscriptions.ended[at] + 1)
        follows[rows[same]] = subscriptions.plan[then[same]]
        step += 1
    return follows
