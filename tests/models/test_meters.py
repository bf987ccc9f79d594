from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.meters import THINGS, fits, unit_of


@pytest.mark.parametrize(
    ("meter", "unit"),
    [
        ("data_gb", "gb"),
        ("minutes", "minutes"),
        ("api_calls", "calls"),
        ("data-MB", "mb"),
        ("seats", "seats"),
        ("_", "_"),
        ("data_gb_", "gb"),
        ("storage_gb_hours", "gb_hours"),
        ("GB-Months", "gb_months"),
        ("web_vcpu_hours", "vcpu_hours"),
        ("device_days", "device_days"),
        ("site_kw_hour", "kw_hour"),
        ("call_minutes", "minutes"),
        ("hours_gb", "gb"),
    ],
)
def test_the_unit_is_the_end_of_the_name(meter: str, unit: str) -> None:
    assert unit_of(meter) == unit
    assert fits(unit.upper(), meter)
    assert fits(meter, meter)


@pytest.mark.parametrize("unit", ["gb_hours", "GB hours", " gb-hours ", "storage GB hours"])
def test_what_stands_between_words_makes_no_difference(unit: str) -> None:
    assert fits(unit, "storage_gb_hours")


@pytest.mark.parametrize(
    ("unit", "meter"),
    [
        ("mb", "data_gb"),
        ("", "minutes"),
        ("data", "data_gb"),
        ("hours", "storage_gb_hours"),
        ("gb", "storage_gb_hours"),
    ],
)
def test_another_unit_does_not_fit(unit: str, meter: str) -> None:
    assert not fits(unit, meter)


def test_the_docs_list_what_is_counted_by_time() -> None:
    text = (Path(__file__).parents[2] / "docs" / "plan-nudges.md").read_text()
    rule = text[text.index("Counted by time are") : text.index("where seconds, minutes, hours")]
    sizes = {f"{prefix}{ending}" for prefix in "kmgtp" for ending in ("b", "ib")}
    assert set(re.findall(r"`([a-z]+)`", rule)) | sizes == THINGS
