from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.bootstrap import paired_interval

CUSTOMERS = np.arange(400, dtype=np.int32)


def test_a_planted_difference_is_found() -> None:
    rng = np.random.default_rng(1)
    base = rng.random(400)
    better = base + 0.05 + rng.normal(0, 0.1, 400)
    found = paired_interval(better, base, CUSTOMERS, 2000, 7)
    assert found.difference == pytest.approx((better - base).mean())
    assert found.low < found.difference < found.high
    assert found.sure
    half = 1.96 * (better - base).std() / 20  # the normal interval, which means of 400 come close to
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)


def test_no_difference_is_not_found() -> None:
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 0.2, 400)
    found = paired_interval(noise - noise.mean(), np.zeros(400), CUSTOMERS, 2000, 7)
    assert not found.sure


def test_pairing_takes_the_spread_between_customers_away() -> None:
    base = np.random.default_rng(3).random(400)
    found = paired_interval(base + 0.001, base, CUSTOMERS, 500, 7)
    assert found.low == pytest.approx(0.001)
    assert found.high == pytest.approx(0.001)


def test_rows_of_one_customer_are_drawn_together() -> None:
    """Ten carts each that all go the same way: ten customers are no hundred."""
    way = np.repeat(np.array([0.3, -0.2] * 5), 10)
    together = paired_interval(way, np.zeros(100), np.repeat(np.arange(10, dtype=np.int32), 10), 2000, 7)
    apart = paired_interval(way, np.zeros(100), np.arange(100, dtype=np.int32), 2000, 7)
    guests = paired_interval(way, np.zeros(100), np.full(100, -1, dtype=np.int32), 2000, 7)
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert guests.high - guests.low == pytest.approx(apart.high - apart.low)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(4).random(400)
    first, second = (paired_interval(values, 1 - values, CUSTOMERS, 300, 9) for _ in range(2))
    assert first == second
