"""How figures are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.reasons import REJECTING
from training.report import wording
from training.report.content import Money
from training.report.wording import THIN


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0"),
        (1, "100"),
        (0.784, "78"),
        (0.0996, "10"),
        (0.0421, "4.2"),
        (0.00996, "1.0"),
        (0.0042, "0.42"),
        (0.997, "99.7"),
        (0.99999, "99.9"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert wording.percent(share) == f"{text}{THIN}%"


@given(st.floats(0, 1))
def test_a_share_that_is_not_all_or_nothing_is_not_written_so(share: float) -> None:
    assert (wording.percent(share) == f"0{THIN}%") == (share == 0)
    assert (wording.percent(share) == f"100{THIN}%") == (share == 1)


def test_money() -> None:
    assert wording.money(Money(123456789, 2), "GBP") == "£1,234,568"
    assert wording.money(Money(99950, 2), "GBP") == "£999.50"
    assert wording.money(Money(500, 0), "JPY") == "¥500"
    assert str(Money(5, 2)) == "0.05"
    assert str(Money(500, 0)) == "500"


def test_counts_days_and_durations() -> None:
    assert [wording.count(number) for number in (1044847, 2.0, 2.25)] == ["1,044,847", "2", "2.2"]
    assert [wording.things(number, "category") for number in (0, 1, 1200)] == [
        "0 categories",
        "1 category",
        "1,200 categories",
    ]
    assert wording.things(2, "day") == "2 days"
    assert wording.day(date(2009, 12, 1)) == "1 Dec 2009"
    assert [wording.duration(seconds) for seconds in (0.04, 9.94, 59.4, 59.6, 200)] == [
        "0.0 s",
        "9.9 s",
        "59 s",
        "1 min 0 s",
        "3 min 20 s",
    ]


def test_every_reason_of_a_reject_has_plain_words() -> None:
    for reason in REJECTING:
        assert reason.label in wording.REASONS
    assert wording.reason("something_new") == "something new"


def test_short() -> None:
    assert wording.short("abcdef", 6) == "abcdef"
    assert wording.short("abcdefg", 6) == "abcde…"
