"""What is learned of faults: what is counted in whole units, and ranges of it that hold as others do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.plan_decision import NudgeLimits
from models.subscriptions import DailyUsage
from tests.training.plans.worlds import Made, World, make
from training.plans.backtest import Walked, walk
from training.plans.faults import FEW, SEVERAL, _below, _share_below
from training.plans.fit import fit_plan_advisor

WORLD = World(seed=61, customers=500, months=7, noise=0.2)
MINUTES = 1


@pytest.fixture(scope="module")
def counted() -> Made:
    """A world in which the second meter is calls: a few a month, by chance."""
    made = make(WORLD)
    rng = np.random.default_rng(5)
    usage, calls = made.usage, made.usage.meter == MINUTES
    amount = np.where(calls, rng.poisson(np.where(calls, usage.amount / 60, 0.0)), usage.amount)
    return replace(made, usage=DailyUsage(usage.customer, usage.meter, usage.day, amount))


@pytest.fixture(scope="module")
def walked(counted: Made) -> Walked:
    return walk(counted.book, counted.subscriptions, counted.usage, NudgeLimits(), lambda _: None)


def test_counts_are_told_from_amounts(counted: Made) -> None:
    advisor = fit_plan_advisor(counted.book, counted.subscriptions, counted.usage, counted.until)
    assert advisor.faults.whole.tolist() == [[False, True]]


def test_ranges_of_counts_are_whole_and_hold_for_who_uses_little_and_much(walked: Walked) -> None:
    some, usual = walked.judged[:, MINUTES], walked.own_mean[:, MINUTES]
    for each in (walked.p10, walked.p50, walked.p90):
        assert (each[some, MINUTES] % 1 == 0).all()
    came = np.rint(walked.actual)  # of cycles with a day missing it is no whole number
    within = (walked.p10 <= came) & (came <= walked.p90)
    middle = np.median(usual[some])
    for part in (usual < middle / 2, usual >= middle):
        assert 0.74 <= within[some & part, MINUTES].mean() <= 0.95
    assert (walked.p10[:, 0] % 1 != 0).any()


def test_probabilities_of_counts_are_calibrated(walked: Walked) -> None:
    some = walked.judged[:, MINUTES] & np.isfinite(walked.quota[:, MINUTES])
    told, came = walked.p_exceed[some, MINUTES].mean(), walked.exceeded[some, MINUTES].mean()
    assert told == pytest.approx(came, abs=0.02)


def test_until_several_cycles_are_known_of_anybody_they_lean_as_few_do() -> None:
    """It was nothing instead, so that in a provider's fourth month forecasts were worse than in the third."""
    made_ = make(World(seed=62, customers=400, months=3, anchors=False, newcomers=0.0))
    faults = fit_plan_advisor(made_.book, made_.subscriptions, made_.usage, made_.until).faults
    np.testing.assert_array_equal(faults.lean[:, :, SEVERAL], faults.lean[:, :, FEW])
    np.testing.assert_array_equal(faults.factor[:, :, SEVERAL], faults.factor[:, :, FEW])
    assert faults.lean[:, :, FEW].any()


def test_a_count_lies_between_the_halves_beside_it() -> None:
    came, half = np.array([0.0, 3.0]), np.array([0.5, 0.5])
    low, high = _below(np.array([1.0, 1.0]), np.array([2.0, 2.0]), came, half)
    np.testing.assert_allclose(low, 1 - np.exp([0, -2.5 / 2]))
    np.testing.assert_allclose(high, 1 - np.exp([-0.5 / 2, -3.5 / 2]))
    assert _share_below(low, high, float(low[1])).tolist() == [1, 0]
    assert _share_below(low, high, float((low[1] + high[1]) / 2))[1] == pytest.approx(0.5)


def test_an_amount_is_below_or_it_is_not() -> None:
    here = np.array([0.2, 0.6])
    assert _share_below(here, here, 0.5).tolist() == [1, 0]
