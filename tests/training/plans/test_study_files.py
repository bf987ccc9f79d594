"""The files of a plan study: the page, and the figures to compute with."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.training.plans.walked import changes, planted
from training.plans.figures import PlanStudy, figures_of
from training.plans.study_files import plan_study_files
from training.plans.words import tables_of


@pytest.fixture(scope="module")
def study() -> PlanStudy:
    return figures_of(changes(), ["gb"], "USD", finished_months=9)


def data_of(study: PlanStudy) -> Any:
    return json.loads(plan_study_files(study, "a shop")["plans.json"])


def test_money_has_its_unit_and_is_as_in_the_tables(study: PlanStudy) -> None:
    data = data_of(study)
    assert data["money_unit"] == "major units of USD"
    assert [each["regret"] for each in data["policies"][:3]] == [1.0, 4.0, 2.0]
    upgrades = next(each for each in data["nudges"] if each["kind"] == "upgrade")
    assert (upgrades["expected"], upgrades["realised"]) == (3.0, 4.0)
    assert (upgrades["shown"], upgrades["day"]) == (5, 5)


def test_a_currency_without_minor_units_is_not_divided(study: PlanStudy) -> None:
    data = data_of(figures_of(changes(), ["gb"], "JPY"))
    assert data["money_unit"] == "major units of JPY"
    assert data["policies"][0]["regret"] == 100.0


def test_policies_have_the_names_of_the_tables(study: PlanStudy) -> None:
    names = {each["policy"]: each["name"] for each in data_of(study)["policies"]}
    assert names["last_cycle"] == "last cycle's best plan"
    (told,) = [each for each in tables_of(study) if each.title.startswith("Regret")]
    assert [each["name"] for each in data_of(study)["policies"]] == [row[0] for row in told.rows]


def test_p_saves_is_in_the_figures(study: PlanStudy) -> None:
    change = data_of(study)["saves"][0]
    assert change["kind"] == "change"
    assert change["bins"][0] == {"low": 0.7, "high": 0.8, "told": 0.75, "came": 0.8, "rows": 10}


def test_the_page_has_a_title_of_its_own_and_every_caption(study: PlanStudy) -> None:
    page = plan_study_files(study, "a shop")["plans.html"].decode()
    assert "<title>How good plan nudges were: a shop, 2026-01 to 2026-01</title>" in page
    assert "1 of 9 finished months walked" in page
    assert page.count('<p class="note">') == len(tables_of(study))


def test_no_figure_and_no_name_of_the_page_is_broken_across_lines(study: PlanStudy) -> None:
    """A browser made "4,98 2" of 4,982 and "minute s" of minutes."""
    page = plan_study_files(study, "a shop")["plans.html"].decode()
    rows = re.findall("<tr>(<td.*?)</tr>", page)
    assert rows
    for row in rows:
        name, *figures = re.findall('<td class="([a-z]+)"', row)
        assert name == "whole"
        assert set(figures) == {"n"}
    assert re.search(r"\.n {[^}]*white-space: nowrap", page)
    assert re.search(r"td\.whole {[^}]*overflow-wrap: normal", page)


def test_changes_of_plan_have_a_picture_where_there_are_any(study: PlanStudy) -> None:
    files = plan_study_files(study, "a shop")
    assert b"share that cost less" in files["plans-saves.svg"]
    assert files["plans.html"].count(b"<svg") == 4
    without = plan_study_files(figures_of(planted(2), ["gb"], "USD"), "a shop")
    assert "plans-saves.svg" not in without
    assert without["plans.html"].count(b"<svg") == 3
