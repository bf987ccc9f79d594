"""Daily use as arrays: what falls within them, who weighs alike, and sums that begin with nothing."""

from __future__ import annotations

import numpy as np
import pytest

from models.running import Running, running_on
from models.subscriptions import DailyUsage
from models.usage_days import filled, running_sums, weights_of
from models.usage_profile import UsageProfile
from tests.models.tiny_plans import AS_OF, tiny_book, tiny_subscriptions

WINDOW = (AS_OF - 10, AS_OF)


@pytest.fixture
def running() -> Running:
    book = tiny_book()
    return running_on(tiny_subscriptions(book), book, AS_OF - 1)


def usage_of(rows: list[tuple[int, int, int, float]]) -> DailyUsage:
    customer, meter, day, amount = (np.array([row[at] for row in rows]) for at in range(4))
    return DailyUsage.of(customer=customer, meter=meter, day=day, amount=amount)


def test_use_before_the_window_is_known_to_be_and_after_it_is_not(running: Running) -> None:
    first, second = running.customer[:2].tolist()
    mine = [(first, 0, AS_OF - 11, 4.0), (first, 0, AS_OF - 10, 2.0)]
    others = [(second, 0, AS_OF - 1, 3.0), (second, 0, AS_OF, 9.0), (second, 1, AS_OF - 1, 0.0)]
    usage = usage_of([*mine, *others])
    amount = np.zeros((len(running), 2, 10))
    seen, before = filled(amount, running, usage, tiny_book(), WINDOW)
    assert before.tolist() == [True] + [False] * (len(running) - 1)
    assert {tuple(at) for at in np.argwhere(seen).tolist()} == {(0, 0, 0), (1, 0, 9), (1, 1, 9)}
    assert amount[seen].tolist() == [2.0, 3.0, 0.0]


def test_all_whose_cycles_begin_on_the_same_day_share_their_weights(running: Running) -> None:
    weights, kind = weights_of(running, UsageProfile.flat(2, 2), AS_OF - 10, 10)
    keys = list(zip(running.family.tolist(), running.anchor.tolist(), strict=True))
    assert len(weights) == len(set(keys)) < len(keys)
    assert weights.shape[1:] == (2, 10)
    assert len({(key, int(row)) for key, row in zip(keys, kind, strict=True)}) == len(weights)


def test_a_running_sum_begins_with_nothing() -> None:
    assert running_sums(np.array([[1, 2, 4]]), np.int32).tolist() == [[0, 1, 3, 7]]
    assert running_sums(np.zeros((2, 0))).shape == (2, 1)
