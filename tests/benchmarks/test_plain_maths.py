"""The peer of plain maths is one in good faith: it finds what was planted and keeps its ranges."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.plain_maths import fit_plain
from models.plan_decision import NudgeLimits
from tests.training.plans.worlds import World, make
from training.plans.backtest import Walked, walk
from training.plans.figures import figures_of


@pytest.fixture(scope="module")
def walked() -> Walked:
    made = make(World(seed=31, customers=500, months=7, noise=0.2, noise_spread=0.0, regime=0.0, burst=2.0))
    return walk(made.book, made.subscriptions, made.usage, NudgeLimits(), lambda _: None, fit_plain)


def test_moments_are_those_planted() -> None:
    made = make(World(seed=32, customers=800, months=8, noise=0.3, noise_spread=0.0, regime=0.0, tail=0.0))
    plain = fit_plain(made.book, made.subscriptions, made.usage, made.until).plain
    np.testing.assert_allclose(plain.tau2, np.expm1(0.3**2), rtol=0.35)
    assert (plain.mu0[0] > [12_000, 400]).all()
    assert (plain.sigma2 > 0).all()


def test_it_beats_the_run_rate_and_staying_and_its_ranges_hold(walked: Walked) -> None:
    study = figures_of(walked, ["data_mb", "minutes"], "USD")
    for each in study.meters:
        assert each.ratio.value < 0.95
        assert 0.7 < each.coverage.value < 0.9
    assert study.exceeds[-1].ratio.value < 0.75
    regret = {each.policy: each.over_stay.value for each in study.policies if each.day == 10}
    assert regret["advisor"] < 0.5
