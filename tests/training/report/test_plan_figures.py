"""What the report says of plans: days that were unlike others to everybody, and what was learned of use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.usage_defaults import PRIOR
from models.usage_profile import UsageProfile
from tests.models.tiny_plans import tiny_advisor, tiny_book
from training.report.content import CommonDays
from training.report.plan_figures import common_days, learned_use

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


def test_what_was_learned_of_use_is_told_of_each_meter_that_a_family_has() -> None:
    advisor = tiny_advisor()
    profile, dynamics = advisor.profile, advisor.dynamics
    book = advisor.book
    at = book.families.index("mobile"), book.meters.index("minutes")
    trust, weekday, month_end, growth = (
        np.array(each) for each in (profile.trust, profile.weekday, profile.month_end, dynamics.growth)
    )
    trust[at] = [0.04] * 7 + [0.25]
    weekday[at] = [0.8] * 5 + [1.2, 2.0]
    month_end[at][0] = 1.5
    growth[at] = np.log(1.02)
    pace = np.where(growth > 0, 0.03, 0.0)
    changed = replace(
        advisor,
        profile=replace(profile, trust=trust, weekday=weekday, month_end=month_end),
        dynamics=replace(dynamics, growth=growth, pace=pace),
    )
    found = {(each.family, each.meter): each for each in learned_use(changed)}
    assert sorted(found) == [("broadband", "data_gb"), ("mobile", "data_gb"), ("mobile", "minutes")]
    told = found["mobile", "minutes"]
    assert told.growth == pytest.approx(0.02)
    assert told.pace == 0.03
    assert told.unrest == pytest.approx(np.sqrt(np.expm1(PRIOR["cycle"])))
    assert (told.odd, told.new_level) == (PRIOR["odd"], PRIOR["jump"])
    assert (told.weekend, told.month_end) == (pytest.approx(2.0), pytest.approx(1.5))
    assert (told.own_week, told.own_month_end) == (pytest.approx(0.2), pytest.approx(0.5))
    assert not told.assumed
    assert found["mobile", "data_gb"].assumed
    assert (found["mobile", "data_gb"].own_week, found["mobile", "data_gb"].weekend) == (0.0, 1.0)
