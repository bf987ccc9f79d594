from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

from config.data import Data
from config.price_list import MAX_AMOUNT
from models.errors import DataError
from models.subscriptions import DailyUsage
from tests.training.data.providers import USAGE_HEADER, Rows, book_of, provider
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.subscriptions import read_subscriptions
from training.data.usage import read_usage

SUBSCRIBERS = [(name, "small", "2026-01-01", "", "", "") for name in ("ana", "bob")]


NOW = datetime(2026, 1, 31, 18, tzinfo=UTC)


def read_from(
    data: Data, rejects: RejectsFile | None = None, now: datetime = NOW
) -> tuple[DailyUsage, TableReport]:
    book = book_of(data)
    subscribed, _ = read_subscriptions(data, book)
    return read_usage(data, book, subscribed.customers, rejects=rejects, now=now)


def read(folder: Path, rows: Rows, **general: object) -> tuple[DailyUsage, TableReport]:
    return read_from(provider(folder, SUBSCRIBERS, rows, **general))


def plain(usage: DailyUsage) -> list[tuple[str, str, str, float]]:
    names, meters = ("ana", "bob"), ("data_gb", "minutes")
    days = pl.Series(usage.day).cast(pl.Date).cast(pl.String)
    return [
        (names[usage.customer[n]], meters[usage.meter[n]], days[n], float(usage.amount[n]))
        for n in range(len(usage))
    ]


def test_rows_are_sorted_by_customer_meter_and_day(tmp_path: Path) -> None:
    rows = [
        ("bob", "minutes", "2026-01-03", "7"),
        ("ana", "data_gb", "2026-01-05", "0"),
        ("ana", "minutes", "2026-01-04", "12.5"),
        ("ana", "data_gb", "2026-01-04", "1e-1"),
    ]
    usage, report = read(tmp_path, rows)
    assert plain(usage) == [
        ("ana", "data_gb", "2026-01-04", 0.1),
        ("ana", "data_gb", "2026-01-05", 0.0),
        ("ana", "minutes", "2026-01-04", 12.5),
        ("bob", "minutes", "2026-01-03", 7.0),
    ]
    assert (report.rows_read, report.rows_kept, report.rejected) == (4, 4, {})
    assert (report.first, report.last) == (datetime(2026, 1, 3), datetime(2026, 1, 5))
    assert report.counts == {"customers": 2, "meters": 2}


GOOD = ("ana", "data_gb", "2026-01-04", "1")
BAD = [
    (("", "data_gb", "2026-01-04", "1"), "missing_customer_id"),
    (("ana", "", "2026-01-04", "1"), "missing_meter"),
    (("x" * 129, "data_gb", "2026-01-04", "1"), "bad_id"),
    (("ana", "data_gb", "2026-02-30", "1"), "bad_date"),
    (("ana", "data_gb", "", "1"), "bad_date"),
    (("ana", "data_gb", "2026-02-02", "1"), "future_date"),
    (("ana", "data_gb", "2062-09-03", "3"), "future_date"),
    (("ana", "data_gb", "2026-01-05", ""), "bad_amount"),
    (("ana", "data_gb", "2026-01-05", "NaN"), "bad_amount"),
    (("ana", "data_gb", "2026-01-05", "inf"), "bad_amount"),
    (("ana", "data_gb", "2026-01-05", "-0.5"), "negative_amount"),
    (("ana", "data_gb", "2026-01-05", "1.1e15"), "amount_too_large"),
    (("ana", "data_gb", "2026-01-05", "1e300"), "amount_too_large"),
    (("ana", "data_mb", "2026-01-05", "1"), "unknown_meter"),
    (("cleo", "data_gb", "2026-01-05", "1"), "without_subscription"),
    (("ana", "data_gb", "2026-01-04", "1.0"), "repeated"),
]


@pytest.mark.parametrize(("row", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_row_that_cannot_be_used_is_counted(tmp_path: Path, row: tuple[str, ...], reason: str) -> None:
    usage, report = read(tmp_path, [GOOD, row])
    assert report.rejected == {reason: 1}
    assert plain(usage) == [("ana", "data_gb", "2026-01-04", 1.0)]


def test_a_day_with_two_totals_is_unknown(tmp_path: Path) -> None:
    other = ("bob", "data_gb", "2026-01-04", "1")
    rows = [GOOD, other, ("ana", "data_gb", "2026-01-04", "2"), GOOD]
    usage, report = read(tmp_path, rows)
    assert plain(usage) == [("bob", "data_gb", "2026-01-04", 1.0)]
    assert report.rejected == {"two_totals": 3}


def test_an_amount_in_another_unit_is_refused(tmp_path: Path) -> None:
    header = (*USAGE_HEADER, "unit")
    rows = [
        (*GOOD, "GB"),
        ("ana", "data_gb", "2026-01-05", "1024", "MB"),
        ("bob", "minutes", "2026-01-05", "3", ""),
    ]
    usage, report = read(tmp_path, rows, usage_header=header)
    assert report.rejected == {"unit_mismatch": 1}
    assert [row[3] for row in plain(usage)] == [1.0, 3.0]


def test_a_file_in_another_unit_is_told_the_right_one(tmp_path: Path) -> None:
    rows = [(*GOOD, "MB"), ("ana", "data_gb", "2026-01-05", "2", "MB"), ("bob", "minutes", *GOOD[2:], "")]
    with pytest.raises(
        DataError, match="do not have the unit of their meter: gb for data_gb; the first is 'MB'"
    ):
        read(tmp_path, rows, usage_header=(*USAGE_HEADER, "unit"))


def test_the_most_that_a_request_may_say_is_read_from_a_file(tmp_path: Path) -> None:
    usage, report = read(tmp_path, [("ana", "data_gb", "2026-01-05", "1e15")])
    assert (usage.amount.tolist(), report.rejected) == ([MAX_AMOUNT], {})


def test_where_it_is_tomorrow_already_usage_is_no_future(tmp_path: Path) -> None:
    _, report = read(tmp_path, [GOOD, ("ana", "data_gb", "2026-02-01", "1")])
    assert report.rejected == {}
    rows = [("ana", "data_gb", f"2026-02-0{day}", "1") for day in (1, 2)]
    tokyo = datetime(2026, 2, 1, 3, tzinfo=timezone(timedelta(hours=9)))  # the same moment as NOW
    assert read_from(provider(tmp_path, SUBSCRIBERS, rows), now=tokyo)[1].rejected == {"future_date": 1}


def test_a_lone_day_long_before_or_after_the_others_is_used(tmp_path: Path) -> None:
    rows = [("ana", "data_gb", day, "1") for day in ("2011-03-04", "2011-03-05", "1999-01-01", "2026-01-31")]
    usage, report = read(tmp_path, rows)
    assert (len(usage), report.rejected) == (4, {})


def test_times_are_days_of_the_shop(tmp_path: Path) -> None:
    rows = [("ana", "data_gb", "2026-01-05T01:30:00Z", "1")]
    assert plain(read(tmp_path, rows)[0])[0][2] == "2026-01-05"
    assert plain(read(tmp_path, rows, timezone="America/New_York")[0])[0][2] == "2026-01-04"


def test_parquet_with_its_own_types_is_read_alike(tmp_path: Path) -> None:
    data = provider(tmp_path, [("7", "small", "2026-01-01", "", "", "")])
    path = tmp_path / "usage.parquet"
    pl.DataFrame(
        {
            "customer_id": [7.0, 7.0],
            "meter": ["minutes", "minutes"],
            "date": pl.Series(["2026-01-04", "2026-01-05"]).str.to_date(),
            "amount": [3, 4],
        }
    ).write_parquet(path)
    source = data.usage.model_copy(update={"path": str(path)}) if data.usage else None
    usage, _ = read_from(data.model_copy(update={"usage": source}))
    assert usage.amount.tolist() == [3.0, 4.0]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (1, "data", "do not have a meter of [data.plans]: data_gb, minutes; the first is 'data' in row 1"),
        (2, "4.1.26", "the first is '4.1.26' in row 1"),
        (2, "2062-09-03", "a day up to today, 2026-01-31 by the clock of this machine; the first is '2062"),
        (3, "lots", "plain numbers"),
        (3, "1e16", "amounts of a day, 1e+15 at the most; the first is '1e16' in row 1"),
    ],
)
def test_a_column_of_nonsense_is_an_error(tmp_path: Path, column: int, value: str, words: str) -> None:
    row = tuple(value if at == column else cell for at, cell in enumerate(GOOD))
    with pytest.raises(DataError, match="more than half") as caught:
        read(tmp_path, [row, row, GOOD])
    assert words in str(caught.value)


def test_rejected_rows_of_several_files_have_their_rows(tmp_path: Path) -> None:
    data = provider(tmp_path, SUBSCRIBERS, [GOOD, ("ana", "data_gb", "", "1")])
    (tmp_path / "usage2.csv").write_text("customer_id,meter,date,amount\nbob,minutes,2026-01-04,-1\n")
    source = data.usage.model_copy(update={"path": str(tmp_path / "usage*.csv")}) if data.usage else None
    rejects = RejectsFile(tmp_path / "rejects.csv")
    read_from(data.model_copy(update={"usage": source}), rejects)
    rejects.write()
    rows = pl.read_csv(tmp_path / "rejects.csv", infer_schema=False)
    told = rows.select(pl.col("source").str.split("/").list.last(), "row", "reason", "customer_id").rows()
    assert told == [("usage.csv", "2", "bad_date", "ana"), ("usage2.csv", "1", "negative_amount", "bob")]


def test_nobody_left_is_no_error(tmp_path: Path) -> None:
    """Usage may begin tomorrow: plans can be priced without any."""
    usage, report = read(tmp_path, [("cleo", "data_gb", "2026-01-05", "1")])
    assert len(usage) == 0
    assert report.rejected == {"without_subscription": 1}
    assert report.first is None
