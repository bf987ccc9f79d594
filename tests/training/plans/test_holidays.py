"""A world where everybody is away now and then: silent days are no end of use, and the range says so."""

from __future__ import annotations

import numpy as np
import pytest

from models.billing_days import cycle_start
from models.plan_decision import NudgeLimits
from tests.training.plans.worlds import Made, World, make
from training.plans.backtest import Walked, walk

DAY, SILENT = 10, 6  # the day asked on, and how many days before it nothing was used


@pytest.fixture(scope="module")
def every_day() -> tuple[Made, Walked]:
    made = make(World(seed=41, customers=500, months=8, regime=0.0, no_use=0.0, holidays=3.0))
    return made, walk(made.book, made.subscriptions, made.usage, NudgeLimits(), lambda _: None)


@pytest.fixture(scope="module")
def away(every_day: tuple[Made, Walked]) -> tuple[Made, Walked]:
    made, walked = every_day
    return made, walked.at(DAY)


def silent(made: Made, rows: Walked) -> np.ndarray:
    """Whether nothing was used on the last SILENT days before that of asking, bool [n, n_meters]."""
    as_of = cycle_start(rows.month, made.truth.anchor[rows.customer]) + DAY - made.truth.first
    last = [
        made.amount[customer, :, day - SILENT : day]
        for customer, day in zip(rows.customer, as_of, strict=True)
    ]
    return np.array([not days.any() for days in last])[:, None] & rows.judged


def test_who_is_away_mostly_comes_back(away: tuple[Made, Walked]) -> None:
    made, rows = away
    some = silent(made, rows)
    assert some.sum() > 100
    came, told = rows.actual[some], rows.p50[some]
    assert 0.6 < told.sum() / came.sum() < 1.3
    assert np.abs(told - came).sum() < 0.6 * came.sum()


def test_the_range_of_who_is_away_holds(away: tuple[Made, Walked]) -> None:
    made, rows = away
    some = silent(made, rows)
    within = (rows.p10 <= rows.actual) & (rows.actual <= rows.p90)
    assert within[some].mean() > 0.7
    assert rows.p_exceed[some].mean() == pytest.approx(rows.exceeded[some].mean(), abs=0.06)


def test_others_are_forecast_as_ever(away: tuple[Made, Walked]) -> None:
    made, rows = away
    some = rows.judged & ~silent(made, rows)
    ours, theirs = (np.abs(each - rows.actual)[some].sum() for each in (rows.p50, rows.run_rate))
    assert ours < 0.8 * theirs


def test_a_silence_that_has_just_begun_has_most_of_its_days_before_it(every_day: tuple[Made, Walked]) -> None:
    """It used to be taken for any silence, and after its first days a third too much was forecast."""
    made, rows = every_day
    first = cycle_start(rows.month, made.truth.anchor[rows.customer]) + rows.day - made.truth.first
    some, told, came = 0, 0.0, 0.0
    for row in np.flatnonzero(rows.judged.all(axis=1)).tolist():
        used = made.amount[rows.customer[row], 0, first[row] - 3 : first[row]] > 0
        if used.any() and not used[-1]:
            some += 1
            told, came = told + rows.p50[row].sum(), came + rows.actual[row].sum()
    assert some > 100
    assert told == pytest.approx(came, rel=0.15)
