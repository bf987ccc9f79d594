"""The tables of a plan study: what their heads, captions and lines say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.training.plans.walked import changes, planted
from training.plans.figures import PlanStudy, figures_of
from training.plans.words import POLICY_NAMES, Table, markdown, tables_of, walk_told


@pytest.fixture(scope="module")
def study() -> PlanStudy:
    return figures_of(changes(), ["gb"], "USD", finished_months=9)


def table(study: PlanStudy, title: str) -> Table:
    (found,) = [each for each in tables_of(study) if each.title.startswith(title)]
    return found


def test_heads_tell_errors_of_rivals_from_ratios() -> None:
    rows = planted(1, actual=[[10.0]], p50=[[12.0]], run_rate=[[18.0]], own_mean=[[15.0]])
    study = figures_of(rows, ["gb"], "USD")
    use = table(study, "Use at the end")
    told = dict(zip(use.columns, use.rows[0], strict=True))
    assert told["MAE"] == "2"
    assert told["run rate's MAE"] == "8"
    assert told["own mean's MAE"] == "5"
    assert told["MAE over run rate's"].startswith("0.250 (")
    assert "in the meter's unit" in use.caption
    assert {"run rate's Brier score", "Brier over run rate's"} <= {*table(study, "Will the quota").columns}


def test_a_head_that_is_a_ratio_names_what_is_over_what(study: PlanStudy) -> None:
    for each in tables_of(study):
        for head in each.columns:
            assert not head.startswith(("over ", "of ")), head


def test_p_saves_is_told_by_kind_and_band(study: PlanStudy) -> None:
    saves = table(study, "Calibration of p_saves")
    assert saves.columns == ("nudges", "p_saves told", "mean told", "cost less", "rows")
    assert saves.rows[:3] == [
        ("change", "0.7 to 0.8", "0.7500", "0.8000", "10"),
        ("change", "0.95 to 0.99", "0.9844", "0.5000", "4"),
        ("change", "0.99 to 1", "1.0000", "1.0000", "6"),
    ]
    assert [row[0] for row in saves.rows[3:]] == ["upgrade", "downgrade", "downgrade", "top_up"]
    assert "64 equally likely cases" in saves.caption


def test_regret_has_rows_and_money_in_units_of_the_currency(study: PlanStudy) -> None:
    regret = table(study, "Regret")
    assert regret.columns == ("policy", "day", "rows", "regret, USD", "regret over staying's")
    assert regret.rows[0] == ("the advice", "5", "11", "1.00", "0.250 (0.250 to 0.250)")
    assert table(replace(study, currency="JPY"), "Regret").rows[0][3] == "100"


@pytest.mark.parametrize(
    "figure",
    ["rows", "MAE", "pinball", "Brier score", "calibration error", "p_saves", "regret", "realised saving"],
)
def test_every_figure_is_defined_where_it_is_shown(study: PlanStudy, figure: str) -> None:
    assert any(f"{figure}: " in each.caption for each in tables_of(study))


def test_captions_say_what_is_better_and_judge_nothing(study: PlanStudy) -> None:
    captions = " ".join(each.caption for each in tables_of(study))
    assert "below 1 is better than the run rate" in captions
    assert "below 1 is better than never changing the plan" in captions
    assert not {"passed", "failed", "limit"} & set(captions.split())


def test_markdown_has_every_table_with_its_caption(study: PlanStudy) -> None:
    text = markdown(study)
    for each in tables_of(study):
        assert f"### {each.title}\n\n| {' | '.join(each.columns)} |\n" in text
        assert f" |\n\n{each.caption}\n" in text


def test_a_table_without_rows_says_why() -> None:
    study = figures_of(planted(2, priced=[False, False]), ["gb"], "USD")
    for title, why in (
        ("Regret", "no subscriber"),
        ("Nudges", "no nudge"),
        ("Calibration of p_s", "no nudge"),
    ):
        found = table(study, title)
        assert found.rows == []
        assert found.caption.startswith("Nothing to judge: ")
        assert why in found.caption
    unlimited = figures_of(planted(2, quota=[[float("inf")]] * 2), ["gb"], "USD")
    assert table(unlimited, "Will the quota").rows == table(unlimited, "Calibration of p_e").rows == []
    assert "no cycle is known of a meter with a quota" in markdown(unlimited)


def test_the_months_walked_are_told_with_why(study: PlanStudy) -> None:
    why = "the first 3 are only learned from, and at most the last 6 are walked."
    assert walk_told(study) == f"1 of 9 finished months walked, 2026-01 to 2026-01: {why}"
    unknown = replace(study, finished_months=None, months=("2026-01", "2026-02"))
    assert walk_told(unknown) == f"2 finished months walked, 2026-01 to 2026-02: {why}"


def test_every_policy_has_a_name(study: PlanStudy) -> None:
    assert {each.policy for each in study.policies} == set(POLICY_NAMES)
