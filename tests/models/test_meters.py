from __future__ import annotations

import pytest

from models.meters import fits, unit_of


@pytest.mark.parametrize(
    ("meter", "unit"),
    [
        ("data_gb", "gb"),
        ("minutes", "minutes"),
        ("api_calls", "calls"),
        ("data-MB", "mb"),
        ("seats", "seats"),
    ],
)
def test_the_unit_is_the_last_word_of_the_name(meter: str, unit: str) -> None:
    assert unit_of(meter) == unit
    assert fits(unit.upper(), meter)
    assert fits(meter, meter)


@pytest.mark.parametrize(("unit", "meter"), [("mb", "data_gb"), ("", "minutes"), ("data", "data_gb")])
def test_another_unit_does_not_fit(unit: str, meter: str) -> None:
    assert not fits(unit, meter)
