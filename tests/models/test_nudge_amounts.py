"""Amounts, money and days as they are read out."""

from __future__ import annotations

import pytest

from models.nudge_amounts import (
    amount,
    day_name,
    figures,
    full_word,
    included,
    low_end,
    money,
    stated,
    unit_word,
)
from tests.models.tiny_plans import AS_OF


@pytest.mark.parametrize(
    ("value", "meter", "words"),
    [
        (153.4, "data_gb", "153 GB"),
        (12.34, "data_gb", "12.3 GB"),
        (5.0, "data_gb", "5 GB"),
        (4.96, "data_gb", "5 GB"),
        (0.0134, "data_gb", "0.013 GB"),
        (0.25, "data_gb", "0.25 GB"),
        (1e-9, "data_gb", "0 GB"),
        (12345.6, "api_calls", "12,346 calls"),
        (0.0, "minutes", "0 minutes"),
        (1.0, "data_gb", "1 GB"),
    ],
)
def test_amounts_are_round(value: float, meter: str, words: str) -> None:
    assert amount(value, unit_word(meter)) == words


def test_no_number_makes_a_wrong_plural() -> None:
    """Nobody said what one of the seats is called."""
    assert amount(1.0, "seats") == "1.0 seats"
    assert included(1.0, "seats") == "just 1"
    assert included(0.0, "seats") == "none"
    assert included(1.0, "GB hours") == included(1.0, "free seats") == "just 1"
    assert (included(3.0, "seats"), included(1.0, "GB")) == ("3 seats", "1 GB")
    assert (included(1.0, "hotspot GB"), amount(1.0, "disk GiB")) == ("1 hotspot GB", "1 disk GiB")


@pytest.mark.parametrize(
    ("meter", "word", "full"),
    [
        ("hotspot_mb", "MB", "hotspot MB"),
        ("Data-GiB", "GiB", "Data GiB"),
        ("minutes", "minutes", "minutes"),
        ("storage_gb_hours", "GB hours", "storage GB hours"),
        ("web_vcpu_hours", "vCPU hours", "web vCPU hours"),
        ("site_kw_hours", "kW hours", "site kW hours"),
        ("core_hours", "core hours", "core hours"),
    ],
)
def test_a_meter_is_spoken_of_by_its_unit_or_in_full(meter: str, word: str, full: str) -> None:
    assert (unit_word(meter), full_word(meter)) == (word, full)


@pytest.mark.parametrize(
    ("quota", "words"),
    [
        (0.01, "0.01"),
        (2.25, "2.25"),
        (15360.0, "15,360"),
        (1e15, "1,000,000,000,000,000"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_what_a_price_list_states_is_not_rounded(quota: float, words: str) -> None:
    assert stated(quota) == words


def test_use_that_is_not_the_quota_does_not_look_like_it() -> None:
    assert figures(4.96, beside=5.0) == "4.96"
    assert figures(199.7, beside=200.0) == "199.7"
    assert figures(5.0, beside=5.0) == "5"


def test_the_low_end_of_a_range_is_as_round_as_the_high_end() -> None:
    assert low_end(0.00011, 246.0) == low_end(0.0034, 122.0) == low_end(0.0, 0.0) == "0"
    assert low_end(0.25, 246.0) == "0.25"
    assert low_end(0.0034, 0.05) == "0.0034"


def test_money_and_days_are_written_out() -> None:
    assert money(2679.4, 2, "EUR") == "26.79 EUR"
    assert money(2679.4, 0, "JPY") == "2,679 JPY"
    assert money(123456789, 2, "EUR") == "1,234,567.89 EUR"
    assert money(-0.2, 2, "EUR") == "0.00 EUR"
    assert day_name(AS_OF) == "15 October"
