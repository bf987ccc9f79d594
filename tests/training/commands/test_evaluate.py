"""The command evaluate, through the front door: its tables, its files, its refusals."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from shopkeeper import main

PARTS = ("all", "repeat", "new", "cart", "cart new")
METHODS = (
    "blend", "popularity", "trending", "personal frequency", "GP-TopFreq", "TIFU-KNN", "UP-CF", "EASE", "ALS",
    "max confidence", "sum confidence", "lift",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo store; its settings in shop.toml, with a folder for the report."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    sizes = ["--customers", "150", "--order-lines", "8000"]
    made = CliRunner().invoke(main, ["demo-store", "--out", str(folder), *sizes])
    assert made.exit_code == 0, made.output
    config = folder / "shop.toml"
    asked = f'\n[evaluation]\ndir = "{folder / "evaluation"}"\nbootstrap_samples = 200\n'
    config.write_text(config.read_text() + asked)
    return folder


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    done = CliRunner().invoke(main, ["evaluate", "--config", str(folder / "shop.toml")])
    assert done.exit_code == 0, done.output
    return done


def test_every_method_is_printed_for_every_part(result: Result) -> None:
    for part in PARTS:
        assert f"({part})" in result.stdout
    for method in METHODS:
        assert f" {method} " in result.stdout, method
    blend = [line.split() for line in result.stdout.splitlines() if line.startswith(" blend  ")]
    assert [(line[1], len(line)) for line in blend] == [("5", 10), ("10", 10), ("20", 10)] * len(PARTS)
    for words in ("NDCG min(k,|T|)", "NDCG |T|", "hit rate", "coverage", "popularity", "revenue recall"):
        assert words in result.stdout
    assert "note:" not in result.stdout  # everything could be fitted


def test_settings_and_intervals_are_printed(result: Result) -> None:
    assert "settings, chosen on validation" in result.stdout
    assert "half_life_days" in result.stdout
    assert "blend minus the best single method" in result.stdout
    assert "[+0." in result.stdout or "[-0." in result.stdout


def test_the_files(folder: Path, result: Result) -> None:
    page = (folder / "evaluation/report.html").read_text()
    assert str(folder / "evaluation/report.html") in result.stdout
    data = json.loads((folder / "evaluation/report.json").read_text())
    assert {line["part"] for line in data["scores"]} == set(PARTS)
    assert {line["k"] for line in data["scores"]} == {5, 10, 20}
    for line in data["scores"]:
        assert f"{line['recall']:.4f}" in page
        assert 0 <= line["recall"] <= 1
    for found in data["comparisons"]:
        assert found["interval"]["low"] <= found["interval"]["high"]
    pictures = sorted(path.name for path in (folder / "evaluation").glob("*.svg"))
    assert len(pictures) == 3 * len(PARTS)
    for name in pictures:
        ET.fromstring((folder / "evaluation" / name).read_text())  # noqa: S314  # our own picture
    assert page.count("<svg") == len(pictures)


def test_without_orders_it_says_what_to_give(tmp_path: Path) -> None:
    config = tmp_path / "shop.toml"
    config.write_text('[data]\ncurrency = "EUR"\n')
    done = CliRunner().invoke(main, ["evaluate", "--config", str(config)])
    assert done.exit_code == 2
    assert "data.orders" in done.output
