"""The command evaluate-plans, through the front door: its tables, its files, its refusals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shopkeeper import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo store; its settings in shop.toml, with a folder for the report."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
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
        "MAE",
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
    assert f"6 months walked, {told[0]} to {told[-1]}." in result.stdout


def test_the_report_has_its_pictures(folder: Path, result: Result) -> None:
    page = folder / "evaluation" / "plans.html"
    assert str(page) in result.stdout.replace("\n", "")
    text = page.read_text()
    assert text.count("<svg") >= 2
    assert "nan" not in text.lower().split("<svg")[0]


def test_a_shop_without_plans_is_told_what_to_give(tmp_path: Path) -> None:
    config = tmp_path / "shop.toml"
    config.write_text('[artifacts]\ndir = "artifacts"\n[data.orders]\npath = "orders.csv"\n')
    done = CliRunner().invoke(main, ["evaluate-plans", "--config", str(config)])
    assert done.exit_code != 0
    assert isinstance(done.exception, SystemExit)
    assert "[data.plans]" in done.output
    assert list(tmp_path.iterdir()) == [config]
