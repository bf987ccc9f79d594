"""What the report says of plans: days that were unlike others to everybody, as runs."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.usage_profile import UsageProfile
from tests.models.tiny_plans import tiny_book
from training.report.content import CommonDays
from training.report.plan_figures import common_days

JULY_1 = (date(2026, 7, 1) - date(1970, 1, 1)).days


def test_days_that_follow_each_other_are_told_together_oldest_first() -> None:
    book = tiny_book()
    days = np.ones((2, 2, 40))
    days[0, 1, 12:19] = 0.1
    days[0, 1, 30] = 1.5
    days[1, 0, 12:14] = 0.2, 0.45
    found = common_days(UsageProfile.flat(2, 2).with_days(days, JULY_1), book)
    families, meters = ([str(ids.id(at)) for at in range(2)] for ids in (book.families, book.meters))
    assert [(each.family, each.meter, each.first, each.last) for each in found] == sorted(
        [
            (families[0], meters[1], date(2026, 7, 13), date(2026, 7, 19)),
            (families[1], meters[0], date(2026, 7, 13), date(2026, 7, 14)),
            (families[0], meters[1], date(2026, 7, 31), date(2026, 7, 31)),
        ],
        key=lambda each: (each[2], each[0], each[1]),
    )
    assert sorted(each.times for each in found) == pytest.approx([0.1, 0.3, 1.5])


def test_where_nothing_was_common_nothing_is_told() -> None:
    found: tuple[CommonDays, ...] = common_days(UsageProfile.flat(2, 2), tiny_book())
    assert found == ()
