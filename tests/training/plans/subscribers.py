"""Who is subscribed to what in a generated world: everybody to one plan, some of them later to another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.subscriptions import NOT_LOCKED, OPEN_END, Subscriptions

SETTLED = 60  # days of a subscription before the end of the world, without which it is not changed


class Change(NamedTuple):
    """Who changes the plan, bool [n], and on which day of the world, int [n]."""

    changed: np.ndarray
    turn: np.ndarray


def changes(rng: np.random.Generator, started: np.ndarray, days: int, share: float) -> Change:
    """A `share` of customers, on some day 20 days or more after they `started` [n]."""
    changed = (rng.random(len(started)) < share) & (started < days - SETTLED)
    earliest = np.minimum(np.maximum(started, 0) + 20, days - 20)
    return Change(changed, rng.integers(earliest, days - 10))


def subscribed(
    first_day: int,
    started: np.ndarray,
    anchor: np.ndarray,
    plans: tuple[np.ndarray, np.ndarray],
    change: Change,
) -> Subscriptions:
    """One row a customer, and one more for each who changes; `plans` [n] of all and [n_changed] after it."""
    before, after = plans
    who = np.concatenate([np.arange(len(started)), np.flatnonzero(change.changed)])
    turn = change.turn[change.changed]
    last = np.where(change.changed, change.turn - 1 + first_day, OPEN_END)
    return Subscriptions.of(
        customer=who,
        plan=np.concatenate([before, after]),
        started=np.concatenate([started, turn]) + first_day,
        ended=np.concatenate([last, np.full(len(turn), OPEN_END)]),
        locked_until=np.full(len(who), NOT_LOCKED),
        anchor=anchor[who],
    )
