"""What `shopkeeper nudge` and `shopkeeper evaluate-plans` say of rows not used and of days unknown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from shopkeeper import main
from tests.training.data.providers import provider

DAYS = pl.date_range(date(2025, 9, 1), date(2026, 4, 20), eager=True)
USED = [("ana", "data_gb", day, 0.1) for day in DAYS]
ANA = ("ana", "small", "2025-09-01", "", "", "")
BAD = [
    ("bob", "smal", "2026-01-01", "", "", ""),
    ("cleo", "smal", "2026-01-01", "", "", ""),
    ("dan", "small", "2026-01-01", "", "45", ""),
    ("eve", "small", "2026-01-01", "", "", "soon"),
]
MANY = [(name, *ANA[1:]) for name in ("fay", "gus", "hal", "ida", "joe")]
FUTURE = ("ana", "data_gb", "2062-09-03", "3")


def config(folder: Path, *, bad: bool = False, rejects: Path | None = None) -> Path:
    subscriptions = [ANA, *MANY, *(BAD if bad else [])]
    provider(folder, subscriptions, [*USED, *([FUTURE] if bad else [])])
    files = {"plans": "plans.toml", "subscriptions": "subscriptions.csv", "usage": "usage.csv"}
    tables = [f'[data.{table}]\npath = "{folder / file}"\n' for table, file in files.items()]
    general = "" if rejects is None else f'[data]\nrejects = "{rejects}"\n'
    path = folder / "shop.toml"
    path.write_text(general + "".join(tables) + f'[evaluation]\ndir = "{folder / "evaluation"}"\n')
    return path


def run(command: str, path: Path, *more: str) -> Result:
    done = CliRunner().invoke(main, [command, "--config", str(path), *more])
    assert done.exit_code == 0, done.output
    return done


def nudge(path: Path, *more: str) -> Result:
    return run("nudge", path, "--out", str(path.parent / "nudges.csv"), *more)


SUBSCRIPTIONS_TOLD = (
    "subscriptions: 2 unknown_plan (a plan that is not in the price list), "
    "1 bad_cycle_anchor_day (an anchor that is no day of a month), "
    "1 bad_locked_until (a lock-in whose day cannot be read) (10 rows read)"
)


@pytest.mark.parametrize("command", ["nudge", "evaluate-plans"])
def test_rows_not_used_are_counted_by_reason(tmp_path: Path, command: str) -> None:
    path = config(tmp_path, bad=True)
    done = nudge(path) if command == "nudge" else run(command, path)
    assert SUBSCRIPTIONS_TOLD in done.stdout
    assert "usage: 1 future_date" in done.stdout
    assert f"({len(DAYS) + 1} rows read)" in done.stdout
    assert 'rejects = "rejects.csv" in [data]' in done.stdout


@pytest.mark.parametrize("command", ["nudge", "evaluate-plans"])
def test_they_are_written_where_train_writes_them(tmp_path: Path, command: str) -> None:
    rejects = tmp_path / "out" / "rejects.csv"
    path = config(tmp_path, bad=True, rejects=rejects)
    done = nudge(path) if command == "nudge" else run(command, path)
    assert f"with its reason: {rejects}" in done.stdout
    rows = pl.read_csv(rejects, infer_schema=False)
    assert rows["customer_id"].to_list() == ["bob", "cleo", "dan", "eve", "ana"]


@pytest.mark.parametrize("command", ["nudge", "evaluate-plans", "train"])
def test_without_orders_the_file_has_no_columns_of_theirs(tmp_path: Path, command: str) -> None:
    """Also where every row is used: a file of an earlier run does not stay."""
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("of an earlier run")
    path = config(tmp_path, rejects=rejects)
    path.write_text(f'{path.read_text()}[artifacts]\ndir = "{tmp_path / "artifacts"}"\n')
    if command == "nudge":
        nudge(path)
    else:
        run(command, path)
    assert rejects.read_text() == "table,source,row,action,reason,customer_id\n"


def test_where_every_row_is_used_nothing_is_said(tmp_path: Path) -> None:
    done = nudge(config(tmp_path))
    assert "could not be used" not in done.output
    assert "last known day" not in done.output


def test_a_day_to_come_is_not_today(tmp_path: Path) -> None:
    done = nudge(config(tmp_path, bad=True))
    assert "6 running subscriptions on 2026-04-21" in done.stdout


def test_days_after_the_last_usage_are_unknown_and_said_to_be(tmp_path: Path) -> None:
    path = config(tmp_path)
    assert "last known day" not in nudge(path, "--as-of", "2026-04-21").output
    some = nudge(path, "--as-of", "2026-06-04").stderr
    assert "note: the last known day of usage is 2026-04-20, and 2026-06-04 is 45 days later" in some
    many = nudge(path, "--as-of", "2030-01-01").stderr
    assert "warning: the last known day of usage is 2026-04-20, and 2030-01-01 is 1,352 days later" in many
    assert "the days between are unknown" in many
