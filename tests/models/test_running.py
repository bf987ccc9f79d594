"""Who has which plan on a day."""

from __future__ import annotations

import numpy as np

from models.running import NO_PLAN, Running, running_on
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


def following(*rows: tuple[int, str, int, int]) -> list[str | None]:
    """The plan that is booked to follow each that runs."""
    follows = running_on(subscriptions(*rows), tiny_book(), DAY).follows.tolist()
    return [None if plan == NO_PLAN else tiny_book().plans.id(plan) for plan in follows]


def test_what_is_booked_for_the_day_after_the_end_follows() -> None:
    ends = (1, "small", DAY - 9, DAY + 3)
    assert following(ends, (1, "large", DAY + 4, OPEN_END)) == ["large"]
    assert following(ends, (1, "large", DAY + 9, OPEN_END)) == [None], "a gap between"
    assert following(ends, (2, "large", DAY + 4, OPEN_END)) == [None], "somebody else's"
    assert following(ends, (1, "line", DAY + 4, OPEN_END)) == [None], "of another family"
    assert following(ends, (1, "line", DAY + 2, OPEN_END), (1, "large", DAY + 4, DAY + 8)) == ["large"]
    assert following((1, "small", DAY - 9, OPEN_END)) == [None]
    assert following((0, "large", DAY - 1, DAY + 1), ends) == [None, None], "the last of all"
