from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ConfigError
from training.data.times import Clock


def read(values: list[Any], clock: Clock | None = None, dtype: Any = None) -> list[datetime | None]:
    series = pl.Series("at", values, dtype=dtype)
    frame = series.to_frame()
    return frame.select((clock or Clock("UTC")).read(pl.col("at"), series.dtype)).to_series().to_list()


def test_iso_in_all_its_forms_also_mixed_in_one_column() -> None:
    moment = datetime(2011, 12, 31, 8, 26)
    texts = [
        "2011-12-31T08:26:00Z",
        "2011-12-31T08:26:00",
        " 2011-12-31 08:26:00 ",
        "2011-12-31 08:26",
        "2011-12-31T08:26:00.000+00:00",
        "2011-12-31T09:26:00+01:00",
        "2011-12-31 10:26:00+0200",
        "2011/12/31 08:26",
        "12/31/2011 08:26",
    ]
    assert read(texts) == [moment] * len(texts)
    assert read(["2011-12-31", "12/31/2011"]) == [datetime(2011, 12, 31)] * 2


def test_what_is_no_moment_becomes_null() -> None:
    assert read(["yesterday", "", "2011-13-01", "31/12/2011", None, "1066-10-14", "9999-12-31"]) == [None] * 7


def test_day_first() -> None:
    texts = ["31/12/2011 08:26", "31.12.2011 08:26:00", "31-12-2011", "03/04/2011", "2011-04-03"]
    assert read(texts, Clock("UTC", day_first=True)) == [
        datetime(2011, 12, 31, 8, 26),
        datetime(2011, 12, 31, 8, 26),
        datetime(2011, 12, 31),
        datetime(2011, 4, 3),
        datetime(2011, 4, 3),
    ]


def test_own_format() -> None:
    clock = Clock("UTC", format="%d %b %Y, %H:%M")
    assert read(["31 Dec 2011, 08:26", "2011-12-31"], clock) == [datetime(2011, 12, 31, 8, 26), None]
    assert read([20111231, 20110230], Clock("UTC", format="%Y%m%d")) == [datetime(2011, 12, 31), None]
    zoned = Clock("Asia/Tokyo", format="%Y-%m-%d %H:%M %z")
    assert read(["2011-12-31 08:26 +0100"], zoned) == [datetime(2011, 12, 31, 7, 26)]


@pytest.mark.parametrize(
    "values", [["1325319960", "x", "-5"], [1325319960, None, -5], [1325319960.0, None, 1e300]]
)
def test_epoch_seconds(values: list[Any]) -> None:
    assert read(values, Clock("UTC", format="epoch")) == [datetime(2011, 12, 31, 8, 26), None, None]


def test_bare_numbers_are_not_guessed() -> None:
    assert read([1325319960, 20111231]) == [None, None]


def test_local_times_are_stored_in_utc() -> None:
    london = Clock("Europe/London")
    assert read(["2011-07-01 12:00", "2011-12-01 12:00"], london) == [
        datetime(2011, 7, 1, 11),
        datetime(2011, 12, 1, 12),
    ]
    assert read([datetime(2011, 7, 1, 12)], london) == [datetime(2011, 7, 1, 11)]
    assert read([date(2011, 7, 1)], london) == [datetime(2011, 6, 30, 23)]
    assert read(["2011-07-01T12:00:00Z"], london) == [datetime(2011, 7, 1, 12)]


def test_typed_moments_with_a_zone_keep_it() -> None:
    aware = [datetime(2011, 7, 1, 12, tzinfo=UTC)]
    assert read(aware, Clock("Asia/Tokyo"), pl.Datetime("ns", "Europe/Paris")) == [datetime(2011, 7, 1, 12)]


@given(
    st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2030, 12, 31)),
    st.sampled_from(["Europe/London", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]),
)
def test_zones_gaps_and_repeated_hours_are_read_as_python_reads_them(naive: datetime, zone: str) -> None:
    expected = naive.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC).replace(tzinfo=None)
    assert read([naive], Clock(zone)) == [expected]


@pytest.mark.parametrize(
    ("naive", "zone"),
    [
        (datetime(2011, 3, 27, 1, 30), "Europe/London"),  # skipped
        (datetime(2011, 10, 30, 1, 30), "Europe/London"),  # twice
        (datetime(2011, 12, 30, 12, 0), "Pacific/Apia"),  # a whole day skipped
        (datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe"),  # half an hour skipped
    ],
)
def test_the_hours_that_are_skipped_or_come_twice(naive: datetime, zone: str) -> None:
    expected = naive.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC).replace(tzinfo=None)
    assert read([naive], Clock(zone)) == [expected]
    assert read([naive.isoformat()], Clock(zone)) == [expected]


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 12, 30)),
    st.integers(min_value=-12 * 60, max_value=14 * 60),
)
def test_offsets_are_honoured(moment: datetime, minutes: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    expected = aware.astimezone(UTC).replace(tzinfo=None)
    assert read([aware.isoformat()]) == [expected]


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"data\.timezone: 'Mars/Base' .*Europe/London"):
        Clock("Mars/Base")
