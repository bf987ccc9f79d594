"""What was planted is found again, and little data leaves what is assumed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.plan_advisor import untrained
from models.subscriptions import DailyUsage
from models.usage_defaults import PRIOR
from tests.training.plans.worlds import World, make
from training.plans.fit import checked, fit_plan_advisor

CALM = World(
    seed=11, customers=900, months=9, growth=0.02, weekend=1.6, month_end=1.8, noise=0.2, noise_spread=0.0
)


def test_rhythm_growth_and_noise_are_found() -> None:
    made = make(CALM)
    advisor = fit_plan_advisor(made.book, made.subscriptions, made.usage, made.until)
    weekday, month_end = advisor.profile.weekday[0, 0], advisor.profile.month_end[0, 0]
    assert abs(weekday[5:].mean() / weekday[:5].mean() - 1.6) < 0.1
    assert abs(month_end[:3].mean() / month_end[5:20].mean() - 1.8) < 0.15
    assert abs(advisor.dynamics.growth[0, 0] - 0.02) < 0.015
    assert 0.02 < advisor.dynamics.cycle[0, 0] < 0.09  # 0.04 was planted, jumps beside it
    assert advisor.profile.weekday[0, 1, 5:].mean() < advisor.profile.weekday[0, 1, :5].mean()


@pytest.mark.parametrize("planted", [0.0, 0.05])
def test_how_far_subscribers_differ_in_growth_is_found(planted: float) -> None:
    made = make(replace(CALM, own_growth=planted, noise_spread=0.4))
    found = fit_plan_advisor(made.book, made.subscriptions, made.usage, made.until).dynamics.pace
    np.testing.assert_allclose(found, planted, atol=0.02)
    if planted == 0:
        assert not found.any()


def test_fitting_twice_gives_the_same() -> None:
    made = make(World(customers=200, months=6))
    first, second = (
        fit_plan_advisor(made.book, made.subscriptions, made.usage, made.until).to_arrays() for _ in range(2)
    )
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])
        assert not array.dtype.hasobject, name
        assert array.dtype.kind != "f" or np.isfinite(array).all(), name
        assert not array.flags.writeable, name


def test_the_future_changes_nothing() -> None:
    made = make(World(customers=200, months=7))
    cut = made.until - 40
    full, past = (
        fit_plan_advisor(made.book, made.subscriptions, usage, cut).to_arrays()
        for usage in (made.usage, made.usage.until(cut))
    )
    for name, array in full.items():
        np.testing.assert_array_equal(array, past[name])


def test_without_usage_what_is_assumed_stays() -> None:
    made = make(World(customers=30, months=6))
    nothing = DailyUsage.of(customer=np.empty(0), meter=np.empty(0), day=np.empty(0), amount=np.empty(0))
    advisor = fit_plan_advisor(made.book, made.subscriptions, nothing, made.until)
    assert (advisor.dynamics.cycle == PRIOR["cycle"]).all()
    assert (advisor.faults.factor == 1).all()
    assert not advisor.faults.lean.any()
    assert (advisor.profile.weekday == 1).all()


def test_weekends_of_next_to_nothing_are_learned_from() -> None:
    """Days that hardly weigh anything are days: counted by weight, more were busy than there were."""
    made = make(World(customers=300, months=7, weekend=1.97, holidays=2.0))
    advisor = fit_plan_advisor(made.book, made.subscriptions, made.usage, made.until)
    assert advisor.profile.weekday[0, 1, 5:].max() < 0.2
    assert (advisor.faults.lasting[0, :, 20] < 0.2).all()


def test_what_is_no_number_is_not_published() -> None:
    advisor = untrained(make(World(customers=10, months=2)).book)
    assert checked(advisor) is advisor
    broken = advisor.dynamics.cycle.copy()
    broken[0, 0] = np.nan
    with pytest.raises(FloatingPointError, match=r"dynamics\.cycle: 1 of"):
        checked(replace(advisor, dynamics=replace(advisor.dynamics, cycle=broken)))
