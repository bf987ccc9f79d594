"""Where plans fit nearly everybody, those whom they do not fit any more are not taken for the others."""

from __future__ import annotations

import pytest

from models.advice import UPGRADE
from models.plan_decision import NudgeLimits
from tests.training.plans.worlds import World, make
from training.plans.backtest import Walked, walk
from training.plans.figures import figures_of


@pytest.fixture(scope="module")
def walked() -> Walked:
    """Use changes to three times, or a third, for many; all others use 0.45 to 0.9 of their quotas."""
    made = make(World(seed=22, customers=1000, months=9, noise=0.2, fitting=1.0, regime=0.2))
    return walk(made.book, made.subscriptions, made.usage, NudgeLimits(), lambda _: None)


def test_who_uses_three_times_as_much_for_good_is_not_expected_to_come_back(walked: Walked) -> None:
    """They were: by a lean towards the level of the plan that grew with the distance from it."""
    figures = figures_of(walked, ["data_mb", "minutes"], "USD").nudges
    for day in (5, 10, 15, 20):
        (upgrades,) = [each for each in figures if each.kind == "upgrade" and each.day == day]
        assert upgrades.shown > 100
        assert 0.9 < upgrades.ratio.value < 1.1


def test_of_what_is_told_near_the_quota_as_much_comes(walked: Walked) -> None:
    over = walked.p50 / walked.quota
    near = walked.judged & (over > 0.8) & (over < 1.25)
    told, came = (each[near].mean() for each in (walked.p_exceed, walked.exceeded))
    assert near.sum() > 1000
    assert abs(told - came) < 0.05


def test_few_need_a_larger_plan(walked: Walked) -> None:
    assert 0.02 < (walked.decision == UPGRADE).mean() < 0.2
