"""`shopkeeper nudge` and the file it writes: columns, order, three formats, and only the past."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

from models.errors import ConfigError, DataError
from models.nudge_words import sentence
from models.plan_decision import NudgeLimits
from models.subscriptions import NOT_LOCKED, OPEN_END
from tests.models.tiny_plans import AS_OF, tiny_nudges
from tests.training.data.providers import PLANS, provider
from training.commands.nudge import nudge
from training.nudge_file import COLUMNS, nudge_frame, write_frame


def tiny_frame() -> pl.DataFrame:
    nudges = tiny_nudges()
    return nudge_frame(nudges, nudges.advisor.advise(nudges.cycles, NudgeLimits()), 2)


def test_one_row_a_customer_and_meter_the_best_nudge_first() -> None:
    frame = tiny_frame()
    assert tuple(frame.columns) == COLUMNS
    assert COLUMNS[:4] + COLUMNS[11:] == (
        "customer_id",
        "as_of",
        "decision",
        "plan_id",
        "meter",
        "used",
        "quota",
        "p10",
        "p50",
        "p90",
        "p_exceed",
        "exhaustion_date",
        "next_mean",
        "known",
        "add_on_id",
        "packs",
        "locked_until",
        "ends_on",
        "next_plan_id",
        "sentence",
    )
    assert frame["customer_id"][0] == "ana"
    assert frame.group_by("customer_id").len().sort("customer_id").rows() == [
        (name, 2) for name in ("ana", "ben", "erin", "gus")
    ]
    acting = frame["decision"].is_in(["upgrade", "downgrade", "top_up"])
    assert acting.arg_sort(descending=True).to_list() == list(range(len(frame)))
    ana = frame.row(0, named=True)
    assert (ana["decision"], ana["recommended_plan_id"], ana["meter"]) == ("upgrade", "large", "data_gb")
    assert (ana["as_of"], ana["used"], ana["quota"]) == (date(2024, 10, 15), 14.0, 5.0)
    assert ana["expected_cost_current"] > ana["expected_cost_recommended"] >= 25.0
    assert ana["expected_saving"] > 0
    assert ana["reason_codes"][:2] == ["RUNS_OUT", "HIGHER_USE"]


def test_what_is_to_be_said_and_offered_stands_in_every_row() -> None:
    nudges = tiny_nudges()
    advice = nudges.advisor.advise(nudges.cycles, NudgeLimits())
    frame = tiny_frame()
    for row, name in enumerate(("ana", "ben", "erin", "gus")):
        own = frame.filter(customer_id=name)
        assert own["sentence"].to_list() == [sentence(nudges.book, advice, row, 2)] * 2
    offered = frame.select("customer_id", "add_on_id", "packs").unique(maintain_order=True).rows()
    assert offered[:2] == [("ana", "plus", 4), ("ben", "plus", 4)]
    assert sorted(offered[2:]) == [("erin", None, None), ("gus", None, None)]


def test_who_is_locked_in_and_helped_by_an_add_on_stands_before_who_has_nothing_to_do() -> None:
    assert tiny_frame()["customer_id"].unique(maintain_order=True).to_list() == ["ana", "ben", "erin", "gus"]
    nudges = tiny_nudges()
    turned = replace(nudges, cycles=nudges.cycles.take(np.array([3, 2, 1, 0])))
    frame = nudge_frame(turned, turned.advisor.advise(turned.cycles, NudgeLimits()), 2)
    assert frame["customer_id"].unique(maintain_order=True).to_list() == ["ana", "ben", "gus", "erin"]
    assert frame.filter(customer_id="ben")["decision"][0] == "suppressed"


def test_costs_and_saving_of_a_row_add_up() -> None:
    """As they are printed: a saving that is not corrected is the difference of the costs."""
    frame = tiny_frame().filter(pl.col("expected_saving") > 0)
    difference = frame["expected_cost_current"] - frame["expected_cost_recommended"]
    assert difference.round(2).to_list() == frame["expected_saving"].to_list()


def test_what_is_not_there_is_null() -> None:
    erin = tiny_frame().filter(pl.col("customer_id") == "erin")
    assert erin.select("meter", "quota", "exhaustion_date").rows() == [
        ("data_gb", 50.0, None),
        ("minutes", None, None),
    ]


def test_a_lock_that_is_over_is_none_and_one_without_an_end_is_not() -> None:
    """`as_of` is the 15th of October: a lock that ends on it still holds."""
    nudges = tiny_nudges()
    locks = np.array([AS_OF - 1, AS_OF, OPEN_END, NOT_LOCKED], dtype=np.int32)
    cycles = replace(nudges.cycles, locked_until=locks)
    frame = nudge_frame(replace(nudges, cycles=cycles), nudges.advisor.advise(cycles, NudgeLimits()), 2)
    told = frame.select("customer_id", "locked_until").unique().sort("customer_id").rows()
    assert told == [("ana", None), ("ben", date(2024, 10, 15)), ("erin", date.max), ("gus", None)]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".ndjson"])
def test_every_format_says_the_same(tmp_path: Path, ending: str) -> None:
    frame, path = tiny_frame(), tmp_path / "out" / f"nudges{ending}"
    write_frame(frame, path)
    if ending == ".parquet":
        rows = pl.read_parquet(path).rows()
        assert rows == frame.rows()
    elif ending == ".csv":
        read = pl.read_csv(path, try_parse_dates=True)
        assert read["reason_codes"][0] == ";".join(frame["reason_codes"][0])
        assert read.drop("reason_codes").rows() == frame.drop("reason_codes").rows()
    else:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert [line["reason_codes"] for line in lines] == frame["reason_codes"].to_list()
        assert lines[0]["as_of"] == "2024-10-15"
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_an_ending_that_is_not_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="valid choices"):
        write_frame(tiny_frame(), tmp_path / "nudges.xlsx")


def world(folder: Path, last: date = date(2026, 4, 20), **later: str) -> Path:
    """ana uses 0.5 GB a day on a plan of 5 GB; bob 0.1. What `later` adds is after the 10th of April."""
    days = pl.date_range(date(2026, 1, 1), last, eager=True)
    rows = [(name, "data_gb", day, amount) for name, amount in (("ana", 0.5), ("bob", 0.1)) for day in days]
    subscriptions = [
        ("ana", "small", "2026-01-01", later.get("ended", ""), "", ""),
        ("bob", "small", "2026-01-01", "", "", ""),
    ]
    if "ended" in later:
        subscriptions.append(("ana", "large", later["next"], "", "", ""))
    provider(folder, subscriptions, rows, plans=PLANS)
    path = folder / "shop.toml"
    path.write_text(
        "".join(
            f'[data.{table}]\npath = "{folder}/{file}"\n'
            for table, file in (
                ("plans", "plans.toml"),
                ("subscriptions", "subscriptions.csv"),
                ("usage", "usage.csv"),
            )
        )
    )
    return path


def run(config: Path, out: Path, *more: str) -> Result:
    arguments = ["--config", str(config), "--out", str(out), *more]
    return CliRunner().invoke(nudge, arguments, catch_exceptions=False)


def test_the_command_answers_for_everyone(tmp_path: Path) -> None:
    result = run(world(tmp_path), tmp_path / "n.csv")
    assert result.exit_code == 0
    assert "running subscriptions on 2026-04-21" in result.output
    rows = pl.read_csv(tmp_path / "n.csv")
    assert set(rows["customer_id"]) == {"ana", "bob"}
    data = rows.filter(pl.col("meter") == "data_gb").sort("customer_id")
    assert data["used"].to_list() == pytest.approx([10.0, 2.0])
    assert rows["customer_id"][0] == "ana"


def test_nothing_of_that_day_or_later_is_looked_at(tmp_path: Path) -> None:
    for name in ("past", "all"):
        (tmp_path / name).mkdir()
    past = world(tmp_path / "past", last=date(2026, 4, 10))
    everything = world(tmp_path / "all", ended="2026-04-14", next="2026-04-15")
    run(past, tmp_path / "past.csv", "--as-of", "2026-04-11")
    run(everything, tmp_path / "all.csv", "--as-of", "2026-04-11")
    assert (tmp_path / "past.csv").read_text() == (tmp_path / "all.csv").read_text()
    rows = pl.read_csv(tmp_path / "all.csv").filter(customer_id="ana", meter="data_gb")
    assert rows["plan_id"].to_list() == ["small"]
    assert rows["used"].to_list() == pytest.approx([5.0])


def test_who_has_an_end_today_is_advised_no_other_plan(tmp_path: Path) -> None:
    """ana's 0.5 GB a day are three times the quota. In the past nothing was known of the end."""
    config = world(tmp_path, last=date(2026, 4, 10), ended="2026-04-14", next="2026-04-15")
    result = run(config, tmp_path / "n.csv", "--as-of", "2026-04-11")
    assert "warning" not in result.stderr, "one of two is not most"
    told = pl.read_csv(tmp_path / "n.csv", try_parse_dates=True).filter(customer_id="ana", meter="data_gb")
    (row,) = told.to_dicts()
    assert row["decision"] in ("stay", "top_up")
    assert row["recommended_plan_id"] == "small"
    assert (row["ends_on"], row["next_plan_id"]) == (date(2026, 4, 14), "large")
    assert "ENDING" in row["reason_codes"].split(";")
    assert "ends on 14 April 2026 and Large is booked to follow, so no other plan" in row["sentence"]
    run(config, tmp_path / "n.csv", "--as-of", "2026-03-11")
    before = pl.read_csv(tmp_path / "n.csv", try_parse_dates=True).filter(customer_id="ana", meter="data_gb")
    assert before.select("ends_on", "next_plan_id").rows() == [(None, None)]
    assert before["decision"].to_list() == ["upgrade"]


def test_ends_of_bills_are_not_taken_for_ends_without_a_word(tmp_path: Path) -> None:
    config = world(tmp_path, last=date(2026, 4, 10))
    path = tmp_path / "subscriptions.csv"
    path.write_text(path.read_text().replace("2026-01-01,", "2026-01-01,2026-04-30"))
    result = run(config, tmp_path / "n.csv", "--as-of", "2026-04-11")
    assert "warning: 2 of 2 running subscriptions end before their next cycle" in result.stderr
    assert "leave it empty where only a bill ends" in result.stderr


def test_a_day_before_all_usage_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no usage before 2025-12-01; the first day is 2026-01-01"):
        run(world(tmp_path), tmp_path / "n.csv", "--as-of", "2025-12-01")
    assert not (tmp_path / "n.csv").exists()


def test_without_plans_it_says_what_to_configure(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text('[data.orders]\npath = "orders.csv"\n')
    with pytest.raises(ConfigError, match=r"give \[data.plans\]"):
        run(path, tmp_path / "n.csv")
