"""A provider as a whole: what is today, and the file of what was rejected."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from tests.training.data.providers import provider
from training.data.provider import read_provider

NOW = datetime(2026, 1, 31, tzinfo=UTC)
DAYS = [("ana", "data_gb", f"2026-01-{day:02}", "0.5") for day in range(1, 21)]
FUTURE = ("ana", "data_gb", "2062-09-03", "3")


def test_a_day_to_come_does_not_move_today(tmp_path: Path) -> None:
    read = read_provider(provider(tmp_path, usage=[*DAYS, FUTURE]), now=NOW)
    assert date.fromordinal(date(1970, 1, 1).toordinal() + read.day_after) == date(2026, 1, 21)
    assert read.reports["usage"].rejected == {"future_date": 1}
    assert read.reports["usage"].last == datetime(2026, 1, 20)


def test_without_a_moment_the_clock_of_the_machine_says_what_is_to_come(tmp_path: Path) -> None:
    to_come = date(datetime.now(UTC).year + 2, 1, 1)
    data = provider(tmp_path, usage=[*DAYS, ("ana", "data_gb", to_come, "3")])
    assert read_provider(data).reports["usage"].rejected == {"future_date": 1}


def test_read_alone_it_writes_the_rejects_file(tmp_path: Path) -> None:
    subscriptions = [("ana", "small", "2026-01-01", "", "", ""), ("bob", "smal", "2026-01-01", "", "", "")]
    subscriptions.append(("cleo", "small", "2026-01-01", "", "45", ""))
    subscriptions.append(("dan", "small", "2026-01-01", "", "", ""))
    target = tmp_path / "out" / "rejects.csv"
    read_provider(provider(tmp_path, subscriptions, [*DAYS, FUTURE], rejects=target), now=NOW)
    rows = pl.read_csv(target, infer_schema=False).select("table", "row", "reason", "customer_id").rows()
    assert rows == [
        ("subscriptions", "2", "unknown_plan", "bob"),
        ("subscriptions", "3", "bad_cycle_anchor_day", "cleo"),
        ("usage", "21", "future_date", "ana"),
    ]
