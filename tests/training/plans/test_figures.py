"""Figures of walks of which everything is known: bands of probabilities, rows, calibration."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.plans.walked import changes, planted
from training.plans.figures import BINS, PlanStudy, figures_of


@pytest.fixture(scope="module")
def study() -> PlanStudy:
    return figures_of(changes(), ["gb"], "USD")


def test_p_saves_is_held_to_what_changes_of_plan_came_to_cost(study: PlanStudy) -> None:
    told = {each.kind: [(b.low, b.high, b.told, b.came, b.rows) for b in each.bins] for each in study.saves}
    upgrades = (0.7, 0.8, 0.75, 0.8, 10)
    downgrades = [(0.95, 0.99, 63 / 64, 0.5, 4), (0.99, 1, 1.0, 1.0, 6)]
    assert told["upgrade"] == [upgrades]
    assert told["downgrade"] == downgrades
    assert told["change"] == [upgrades, *downgrades]
    assert told["top_up"] == [(0.7, 0.8, 0.7, 1.0, 1)]


def test_a_gate_below_the_usual_one_has_its_bands() -> None:
    rows = planted(2, decision=[1, 1], p_saves=[0.25, 0.5], realised=[-1.0, 1.0])
    study = figures_of(rows, ["gb"], "USD")
    bins = next(each.bins for each in study.saves if each.kind == "change")
    assert [(each.low, each.high, each.came) for each in bins] == [(0, 0.5, 0.0), (0.5, 0.7, 1.0)]


def test_what_saves_nothing_did_not_cost_less() -> None:
    rows = planted(2, decision=[1, 1], p_saves=[0.9, 0.9], realised=[0.0, 0.01])
    (change, _) = figures_of(rows, ["gb"], "USD").saves
    assert [each.came for each in change.bins] == [0.5]


def test_bands_of_p_exceed_are_narrow_at_both_ends() -> None:
    told = np.array([0.0, 0.0005, 0.005, 0.02, 0.05, 0.45, 0.95, 0.98, 0.995, 0.9995, 1.0])
    exceeded = told > 0.97
    study = figures_of(planted(len(told), p_exceed=told[:, None], exceeded=exceeded[:, None]), ["gb"], "USD")
    bands = [(each.low, each.high, each.rows) for each in study.bins]
    assert bands == [
        (0, 0.001, 2), (0.001, 0.01, 1), (0.01, 0.03, 1), (0.03, 0.1, 1), (0.4, 0.5, 1),
        (0.9, 0.97, 1), (0.97, 0.99, 1), (0.99, 0.999, 1), (0.999, 1, 2),
    ]  # fmt: skip
    assert [each.came for each in study.bins] == [0] * 6 + [1] * 3
    assert study.bins[0].told == pytest.approx(0.00025)


def test_the_expected_calibration_error_is_that_of_ten_bands_of_equal_width() -> None:
    """Of finer bands it would be larger: what is too high in one of them and too low in the next counts."""
    told = np.array([0.005, 0.025, 0.085, 0.085])
    exceeded = np.array([True, False, False, False])
    study = figures_of(planted(4, p_exceed=told[:, None], exceeded=exceeded[:, None]), ["gb"], "USD")
    assert BINS == 10
    assert study.exceeds[-1].calibration_error == pytest.approx(abs(0.05 - 0.25))
    assert len(study.bins) == 3


def test_all_of_every_day_is_in_the_bands() -> None:
    day = np.array([5, 10, 15, 20])
    study = figures_of(planted(4, day=day, decision=[1] * 4, p_saves=[0.8] * 4), ["gb"], "USD")
    assert [each.rows for each in study.bins] == [4]
    assert [each.rows for each in study.saves[0].bins] == [4]


def test_regret_has_its_rows() -> None:
    priced = np.array([True, True, False])
    study = figures_of(planted(3, priced=priced), ["gb"], "USD")
    assert {each.rows for each in study.policies} == {2}


def test_nothing_shown_has_no_bands() -> None:
    assert figures_of(planted(2), ["gb"], "USD").saves == ()
