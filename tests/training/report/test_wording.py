"""How figures are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.erasures import ERASED
from training.data.products import BAD_NUMBERS, EXCLUDED, NON_PRODUCT
from training.data.reasons import CHANGES, NETTED, REJECTING
from training.data.subscriptions import ENDED_BY_NEXT, RENEWED, SAME_DAY, reasons_by_row
from training.data.tables import reasons_of_ids
from training.data.usage_reasons import UsageReason
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


# Every reason that a reader of a table rejects or changes rows for, by the reader.
LABELS = {
    "orders": {*(reason.label for reason in (*REJECTING, *NETTED)), *CHANGES},
    "products": {*reasons_of_ids("product_id"), NON_PRODUCT, EXCLUDED, *BAD_NUMBERS.values()},
    "customers": set(reasons_of_ids("customer_id")),
    "subscriptions": {*reasons_by_row(), SAME_DAY, ENDED_BY_NEXT, RENEWED},
    "usage": {reason.label for reason in UsageReason if reason},
    "erasures": {ERASED},
}


@pytest.mark.parametrize(
    ("share", "text"), [(0.12, "+12"), (-0.031, "\N{MINUS SIGN}3.1"), (0.0, "0"), (1.4, "+140")]
)
def test_change(share: float, text: str) -> None:
    assert wording.change(share) == f"{text}{THIN}%"


@pytest.mark.parametrize("reader", LABELS)
def test_every_reason_has_plain_words(reader: str) -> None:
    assert LABELS[reader] <= wording.REASONS.keys()


def test_words_of_reasons_are_of_reasons_that_there_are_and_short() -> None:
    assert wording.REASONS.keys() <= set().union(*LABELS.values())
    assert [words for words in wording.REASONS.values() if len(words) > 70 or words.endswith(".")] == []


def test_a_reason_without_words_is_shown_as_it_is() -> None:
    assert wording.reason("something_new") == "something new"


def test_short() -> None:
    assert wording.short("abcdef", 6) == "abcdef"
    assert wording.short("abcdefg", 6) == "abcde…"
