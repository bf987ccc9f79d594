"""The command evaluate-plans, through the front door: its tables, its files, its refusals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shopkeeper import main
from tests.training.commands.test_nudge import ANA, DAYS, USED, config
from tests.training.data.providers import provider


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo store; its settings in shop.toml, with a folder for the report."""
    folder = tmp_path_factory.mktemp("demo") / "corner-mobile"
    sizes = ["--customers", "400", "--order-lines", "8000"]
    made = CliRunner().invoke(main, ["demo-store", "--out", str(folder), *sizes])
    assert made.exit_code == 0, made.output
    config = folder / "shop.toml"
    config.write_text(config.read_text() + f'\n[evaluation]\ndir = "{folder / "evaluation"}"\n')
    return folder


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    done = CliRunner().invoke(main, ["evaluate-plans", "--config", str(folder / "shop.toml")])
    assert done.exit_code == 0, done.output
    return done


def test_forecasts_and_policies_are_compared(result: Result) -> None:
    for words in (
        "run rate's MAE",
        "p_saves told",
        "pinball",
        "Brier",
        "calibration",
        "80 % interval",
        "regret",
        "run rate",
        "80 % rule",
    ):
        assert words.lower() in result.stdout.lower(), words
    for day in (" 5 ", " 10 ", " 15 ", " 20 "):
        assert day in result.stdout


def test_every_month_is_told(result: Result) -> None:
    """The first one used to follow too soon on what was read before it."""
    told = re.findall(r"walking (\S+)", result.stderr)
    assert len(told) == 6
    why = "the first 3 are only learned from, and at most the last 6 are walked."
    assert f"6 of 12 finished months walked, {told[0]} to {told[-1]}: {why}" in result.stdout


def test_the_report_has_its_pictures(folder: Path, result: Result) -> None:
    page = folder / "evaluation" / "plans.html"
    assert str(page) in result.stdout.replace("\n", "")
    text = page.read_text()
    assert text.count("<svg") >= 2
    assert "nan" not in text.lower().split("<svg")[0]
    assert "<title>How good plan nudges were: corner-mobile, 20" in text  # the file is called shop.toml


def test_a_shop_without_plans_is_told_what_to_give(tmp_path: Path) -> None:
    config = tmp_path / "shop.toml"
    config.write_text('[artifacts]\ndir = "artifacts"\n[data.orders]\npath = "orders.csv"\n')
    done = CliRunner().invoke(main, ["evaluate-plans", "--config", str(config)])
    assert done.exit_code != 0
    assert isinstance(done.exception, SystemExit)
    assert "[data.plans]" in done.output
    assert list(tmp_path.iterdir()) == [config]


def test_captions_are_printed_below_their_tables(result: Result) -> None:
    text = " ".join(result.stdout.split())
    assert "MAE: mean absolute error of the forecast (p50), in the meter's unit" in text
    assert "[nudges] gate is the least that is shown" in text


def refused(path: Path) -> str:
    done = CliRunner().invoke(main, ["evaluate-plans", "--config", str(path)])
    assert done.exit_code == 2, done.output
    assert not (path.parent / "evaluation").exists()
    return done.stderr


def test_where_nothing_can_be_judged_it_ends_with_the_rows_rejected_by_reason(tmp_path: Path) -> None:
    path = config(tmp_path)
    lone = [(ANA[0], "data_gb", day, 0.1) for day in DAYS[::10]]
    other = [(ANA[0], "minute", day, 5) for day in DAYS[:20]]
    provider(tmp_path, [ANA], [*lone, *other])
    told = refused(path)
    assert "usage.csv: nothing can be judged: nobody had a plan for the whole of a cycle" in told
    assert "with at least 90 % of the expected use" in told
    assert "usage: 20 unknown_meter (a meter that no plan has) (44 rows read)" in told


def test_usage_of_nobody_is_refused_with_its_reason(tmp_path: Path) -> None:
    path = config(tmp_path)
    provider(tmp_path, [("bob", *ANA[1:])], USED)
    told = refused(path)
    assert "nothing can be judged: there is no usage" in told
    assert f"usage: {len(DAYS)} without_subscription" in told


def test_subscriptions_that_were_over_before_are_refused(tmp_path: Path) -> None:
    path = config(tmp_path)
    provider(tmp_path, [(*ANA[:3], "2025-10-01", "", "")], USED)
    assert "nobody had a subscription in the months walked, 2025-12 to 2026-03" in refused(path)


def test_a_meter_that_is_misspelt_in_every_row_is_warned_of(tmp_path: Path) -> None:
    """What forecasts of the other meter were worth is still told."""
    path = config(tmp_path)
    misspelt = [(ANA[0], "minute", day, 5) for day in DAYS]
    provider(tmp_path, [ANA], [*USED, *misspelt])
    done = CliRunner().invoke(main, ["evaluate-plans", "--config", str(path)])
    assert done.exit_code == 0, done.output
    assert "warning: no use of minutes is recorded" in done.stderr
    assert f"({len(DAYS)} rows of usage: a meter that no plan has)" in done.stderr
    assert "no use of data_gb" not in done.stderr
    assert done.stdout.count("Nothing to judge: ") == 3
    assert "4 of 7 finished months walked" in done.stdout


def test_a_meter_that_is_used_is_not_warned_of(result: Result) -> None:
    assert "warning" not in result.stderr


@pytest.mark.parametrize(("file", "title"), [("config.toml", "acme"), ("telco.toml", "telco")])
def test_the_page_is_named_after_what_tells_whose_it_is(tmp_path: Path, file: str, title: str) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    path = config(folder).rename(folder / file)
    done = CliRunner().invoke(main, ["evaluate-plans", "--config", str(path)])
    assert done.exit_code == 0, done.output
    page = (folder / "evaluation" / "plans.html").read_text()
    assert f"<title>How good plan nudges were: {title}, 2025-12 to 2026-03</title>" in page
