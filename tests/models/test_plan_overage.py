"""What use adds to a fee, by hand."""

from __future__ import annotations

import numpy as np

from models.plan_overage import added_costs


def test_overage_is_billed_by_started_unit_and_throttling_at_once() -> None:
    """[2 plans, 3 meters]: 10.1 over in units of 5 at 2 each; within; over a quota that slows down."""
    used = np.array([110.1, 20.0, 8.0])
    quota = np.array([[100.0, 30.0, 5.0], [200.0, 20.0, 8.0]])
    unit, price = np.array([5.0, 1.0, 1.0]), np.array([[2.0, 1.0, 0.0], [2.0, 1.0, 0.0]])
    penalty = np.array([[0.0, 0.0, 50.0], [0.0, 0.0, 50.0]])
    assert added_costs(used, quota, unit, price, penalty).tolist() == [[6.0, 0.0, 50.0], [0.0, 0.0, 0.0]]


def test_the_last_bit_of_a_sum_starts_no_unit() -> None:
    one = np.ones(1)
    assert added_costs(np.array([0.1 + 0.2 + 1.0]), np.array([0.3]), one, one, 0 * one).tolist() == [1.0]
