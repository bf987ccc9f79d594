"""How far subscribers' weeks differ: found where it was planted, not found where all have the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.plan_decision import NudgeLimits
from models.running import running_on
from models.usage_history import UsageHistory
from models.usage_profile import UsageProfile
from models.usage_rate import UsageRates
from models.usage_rhythm import END
from tests.training.plans.worlds import Made, World, make
from training.plans.backtest import walk
from training.plans.profile import fit_profile
from training.plans.rhythms import fit_rhythms

OWN = World(seed=51, customers=400, months=8, noise=0.15, burst=2.5, own_week=0.5)


def trust_of(made: Made, customers: int | None = None) -> np.ndarray:
    """What is learned of a world, once it is known what all have in common."""
    n_meters = len(made.book.meters)
    flat, plain = UsageProfile.flat(1, n_meters), UsageRates.plain(1, n_meters)
    running = running_on(made.subscriptions, made.book, made.until - 1)
    if customers is not None:
        running = running.take(np.arange(customers))
    history = UsageHistory.of(running, made.usage, made.book, (flat, plain), made.until)
    profile = fit_profile(history, 1, made.until)
    history = UsageHistory.of(running, made.usage, made.book, (profile, plain), made.until)
    return fit_rhythms(history, profile, made.until).trust


@pytest.fixture(scope="module")
def own() -> Made:
    return make(OWN)


def test_weekends_and_ends_of_months_that_differ_are_found(own: Made) -> None:
    trust = trust_of(own)
    assert (trust[..., [5, 6, END]] > 0.05).all()


def test_where_all_have_the_same_week_next_to_nothing_is_believed() -> None:
    trust = trust_of(make(replace(OWN, own_week=0.0)))
    assert trust.max() < 0.004


def test_of_few_subscribers_nothing_is_learned(own: Made) -> None:
    assert not trust_of(own, customers=40).any()


def test_an_own_week_is_forecast_better_by_who_hears_it(own: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def error() -> float:
        rows = walk(own.book, own.subscriptions, own.usage, NudgeLimits(), lambda _: None).at(10)
        return float(np.abs(rows.p50 - rows.actual)[rows.judged].mean())

    heard = error()
    monkeypatch.setattr("training.plans.fit.fit_rhythms", lambda history, profile, until: profile)
    assert heard < 0.95 * error()
