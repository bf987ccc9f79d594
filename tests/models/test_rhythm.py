"""Who is overdue by their own rhythm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.rhythm import lateness, overdue
from tests.models.tiny_customers import tiny_value
from tests.models.tiny_names import LAST_DAY


def test_late_is_by_ones_own_rhythm_and_gone_is_not_late() -> None:
    value = replace(
        tiny_value(),
        last_day=np.full(4, LAST_DAY - 20, dtype=np.int32),
        gap=np.array([14, 10, np.nan, 4], dtype=np.float32),
        expected=np.array([5.0, 9.0, 9.0, 9.0]),
    )
    late = lateness(value, LAST_DAY + 1)
    assert late[:2].tolist() == [1.5, np.float32(2.1)]
    assert np.isnan(late[2])
    assert overdue(value, LAST_DAY + 1).tolist() == [1, 0]


def test_whoever_comes_daily_is_not_late_after_two_days() -> None:
    value = replace(
        tiny_value(), last_day=np.full(4, LAST_DAY - 2, dtype=np.int32), gap=np.ones(4, dtype=np.float32)
    )
    assert overdue(value, LAST_DAY + 1).tolist() == []
    assert len(overdue(value, LAST_DAY + 3)) == 4
