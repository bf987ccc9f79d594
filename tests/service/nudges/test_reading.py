"""Rows of use that are read all at once are read as the schema reads them."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.nudge_reading import read, read_row
from service.nudge_schemas import MAX_USAGE, NudgeRequest
from service.usage_columns import UsageColumns, plain_usage, usage_of
from tests.service.nudges.conftest import USAGE, request

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**400, float("nan"), float("inf"), -0.0, 1e15, 1.1e15, [], {}, ["meter"]),
    *(
        "",
        "a",
        "m" * 128,
        "m" * 129,
        "data_gb",
        "é",
        "NaT",
        "2024",
        "2024-10",
        "2024-10-05T00:00:00",
        "today",
        "0",
        "1728000000",
    ),
    *("2024-02-30", "2024-1-5", "+2024-10-05", "2024-10-05,2024-10-06", "20241005", "2024-W40-1"),
    *("1969-12-31", "1970-01-01", "2100-12-31", "2101-01-01", "0000-01-01", "2024-10-05\n", "٢٠٢٤-10-05"),
)
FIELDS = ("id", "meter", "date", "amount", "unit", "colour")


def as_the_schema(sent: dict[str, Any]) -> UsageColumns:
    return usage_of(NudgeRequest.model_validate_json(json.dumps(sent)).usage)


def told(usage: UsageColumns) -> tuple[list[Any], ...]:
    none = [None] * len(usage)
    return (
        list(usage.meter),
        usage.day.tolist(),
        [str(amount) for amount in usage.amount],  # of two zeros too
        list(usage.unit) or none,
        list(usage.ids) or none,
    )


odd_rows = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ODD), max_size=2).map(
    lambda odd: {**USAGE, **odd}
)
incomplete = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ODD))


@given(st.lists(odd_rows | incomplete | st.sampled_from(ODD) | st.just(USAGE), max_size=3))
def test_what_is_plain_is_what_the_schema_reads(rows: list[Any]) -> None:
    usage = plain_usage(rows)
    if usage is not None:
        assert told(usage) == told(as_the_schema(request(usage=rows)))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", ODD)
def test_one_odd_field_is_read_as_the_schema_reads_it(field: str, value: Any) -> None:
    sent = request(usage=[USAGE, {**USAGE, field: value}])
    try:
        expected = told(as_the_schema(sent))
    except ValidationError as error:
        for again in (lambda: read(json.dumps(sent).encode()), lambda: read_row(sent)):
            with pytest.raises(ValidationError) as raised:
                again()
            assert str(raised.value.errors()) == str(error.errors())
    else:
        assert told(read(json.dumps(sent).encode()).usage) == told(read_row(sent).usage) == expected


def test_a_year_of_days_is_plain() -> None:
    first = datetime.date(2023, 10, 11)
    rows: list[dict[str, Any]] = [
        {"meter": meter, "date": (first + datetime.timedelta(days=day)).isoformat(), "amount": amount}
        for day in range(366)
        for meter, amount in (("data_gb", 0.25), ("minutes", 3))
    ]
    for usage in (rows, [{**row, "id": str(at), "unit": None} for at, row in enumerate(rows)], []):
        plain = plain_usage(usage)
        assert plain is not None
        assert told(plain) == told(as_the_schema(request(usage=usage)))
    assert plain_usage([USAGE] * (MAX_USAGE + 1)) is None


def test_what_is_said_twice_holds_as_it_was_said_last() -> None:
    row = '{"meter": "minutes", "meter": "data_gb", "date": "2024-10-05", "amount": 1, "amount": 2}'
    sent = json.dumps(request(usage=[])).replace('"usage": []', f'"usage": [7], "usage": [{row}]')
    found = told(read(sent.encode()).usage)
    assert found == told(usage_of(NudgeRequest.model_validate_json(sent).usage))
    assert found == (["data_gb"], [20001], ["2.0"], [None], [None])
