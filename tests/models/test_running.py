"""Who has which plan on a day."""

from __future__ import annotations

import numpy as np

from models.running import Running, running_on
from models.subscriptions import NOT_LOCKED, OPEN_END, Subscriptions
from tests.models.tiny_plans import tiny_book

DAY = 20_000


def subscriptions(*rows: tuple[int, str, int, int]) -> Subscriptions:
    """Customer, plan, first and last day."""
    customer, plan, started, ended = zip(*rows, strict=True)
    return Subscriptions.of(
        customer=np.array(customer),
        plan=tiny_book().plans.indices(list(plan)),
        started=np.array(started),
        ended=np.array(ended),
        locked_until=np.full(len(rows), NOT_LOCKED),
        anchor=np.ones(len(rows)),
    )


def found(*rows: tuple[int, str, int, int]) -> list[tuple[int, str]]:
    running = running_on(subscriptions(*rows), tiny_book(), DAY)
    plans = tiny_book().plans.take(running.plan)
    return list(zip(running.customer.tolist(), plans, strict=True))


def test_the_first_and_the_last_day_are_days_of_it() -> None:
    assert found((0, "small", DAY, OPEN_END), (1, "small", DAY - 9, DAY)) == [(0, "small"), (1, "small")]
    assert found((0, "small", DAY + 1, OPEN_END), (1, "small", DAY - 9, DAY - 1)) == []


def test_of_two_of_one_family_the_one_that_started_last_runs() -> None:
    both = (3, "large", DAY - 50, OPEN_END), (3, "small", DAY - 5, OPEN_END)
    assert found(*both) == found(*both[::-1]) == [(3, "small")]


def test_families_run_beside_each_other_in_order() -> None:
    rows = [(2, "small", DAY - 5, OPEN_END), (1, "line", DAY - 5, OPEN_END), (1, "small", DAY - 9, OPEN_END)]
    book = tiny_book()
    running = running_on(subscriptions(*rows), book, DAY)
    assert running.customer.tolist() == [1, 1, 2]
    assert sorted(running.family[:2].tolist()) == running.family[:2].tolist() == [0, 1]
    assert isinstance(running.take(np.array([2])), Running)
    assert len(running.take(np.array([2]))) == 1
