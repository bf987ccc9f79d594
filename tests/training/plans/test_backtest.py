"""A walk over a harsh world reaches what is promised; and its figures by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.advice import DOWNGRADE, UPGRADE
from models.billing_days import first_day, month_of
from models.plan_decision import NudgeLimits
from tests.training.plans.other_worlds import OtherWorld, make_other
from tests.training.plans.worlds import Made, World, make
from training.plans.backtest import POLICIES, Walked, walk
from training.plans.figures import PlanStudy, figures_of
from training.plans.study_files import plan_study_files
from training.plans.words import tables_of

HARSH = World(
    seed=77,
    customers=1200,
    months=9,
    meters=2,
    noise=0.15,
    month_end=2.0,
    growth=0.02,
    newcomers=0.2,
    missing=0.03,
)


HEAVY = OtherWorld(seed=78, customers=900, months=8, law="lognormal", scale=1.3, month_end=1.8, growth=0.03)


@pytest.fixture(scope="module")
def made() -> Made:
    return make(HARSH)


def walk_of(made: Made) -> Walked:
    return walk(made.book, made.subscriptions, made.usage, NudgeLimits(), lambda _: None)


@pytest.fixture(scope="module")
def walked(made: Made) -> Walked:
    return walk_of(made)


@pytest.fixture(scope="module")
def study(made: Made, walked: Walked) -> PlanStudy:
    return figures_of(walked, made.book.meters.take([0, 1]), "USD")


@pytest.fixture(scope="module")
def heavy() -> PlanStudy:
    other = make_other(HEAVY)
    return figures_of(walk_of(other), other.book.meters.take([0, 1]), "USD")


@pytest.fixture(params=["study", "heavy"])
def either(request: pytest.FixtureRequest) -> PlanStudy:
    """Two worlds of two generators, neither of which anything was tuned on."""
    found: PlanStudy = request.getfixturevalue(request.param)
    return found


def test_forecasts_beat_the_run_rate_and_keep_their_interval(either: PlanStudy) -> None:
    for each in either.meters:
        if each.day == 10:
            assert each.ratio.value <= 0.75, each
        assert 0.75 <= each.coverage.value <= 0.85, each


def test_probabilities_are_calibrated(either: PlanStudy) -> None:
    every = either.exceeds[-1]
    assert every.day is None
    assert every.ratio.value <= 0.6
    assert every.calibration_error <= 0.02


def test_advice_beats_staying_and_last_cycles_best_plan(either: PlanStudy) -> None:
    regret = {each.policy: each.over_stay.value for each in either.policies if each.day == 10}
    assert regret["stay"] == 1
    assert regret["advisor"] <= regret["last_cycle"]
    shown = {each.kind: each for each in either.nudges if each.day == 10}
    assert 0.85 <= shown["all"].ratio.value <= 1.15
    assert shown["upgrade"].worse.value <= 0.2


def test_regret_is_two_fifths_of_staying(study: PlanStudy) -> None:
    """Not in the heavy world: what cycles cost there is mostly chance (docs/plan-nudges-maths.md)."""
    regret = {each.policy: each.over_stay.value for each in study.policies if each.day == 10}
    assert regret["advisor"] <= 0.4


def test_hindsight_is_never_beaten(walked: Walked) -> None:
    rows = walked.priced
    assert (walked.cost[rows] >= walked.least[rows, None] - 1e-9).all()
    assert walked.cost.shape[1] == len(POLICIES)
    assert set(np.unique(walked.day)) == {5, 10, 15, 20}


def test_costs_are_those_of_the_next_cycles_use(made: Made, walked: Walked) -> None:
    rows = np.flatnonzero(walked.priced)[:200]
    costs = made.book.costs(walked.next_use[rows])
    stay = walked.cost[rows, POLICIES.index("stay")]
    np.testing.assert_allclose(stay, costs[np.arange(len(rows)), walked.plan[rows]])


def test_too_little_usage_is_said(made: Made) -> None:
    early = made.usage.until(int(made.usage.day.min()) + 80)
    with pytest.raises(ValueError, match="4 whole months"):
        walk(made.book, made.subscriptions, early, NudgeLimits(), lambda _: None)


def test_figures_by_hand(walked: Walked) -> None:
    rows = walked.at(10)
    two = Walked(**{name: getattr(rows, name)[:2] for name in Walked.__slots__})
    two = replace(
        two,
        customer=np.array([1, 2]),
        judged=np.array([[True, False], [True, False]]),
        actual=np.array([[10.0, 0], [20.0, 0]]),
        p10=np.array([[8.0, 0], [21.0, 0]]),
        p50=np.array([[9.0, 0], [23.0, 0]]),
        p90=np.array([[12.0, 0], [30.0, 0]]),
        run_rate=np.array([[14.0, 0], [24.0, 0]]),
        quota=np.array([[15.0, 1], [15.0, 1]]),
        exceeded=np.array([[False, False], [True, False]]),
        p_exceed=np.array([[0.2, 0], [0.9, 0]]),
        priced=np.array([True, True]),
        cost=np.array([[10.0] * len(POLICIES), [30.0] * len(POLICIES)]),
        least=np.array([10.0, 20.0]),
    )
    study = figures_of(two, ["gb", "minutes"], "USD")
    (meter,) = study.meters
    assert (meter.mae, meter.mae_run_rate, meter.ratio.value) == (2.0, 4.0, 0.5)
    assert meter.coverage.value == 0.5
    assert study.exceeds[-1].brier == pytest.approx((0.04 + 0.01) / 2)
    assert study.exceeds[-1].brier_run_rate == 0
    assert study.exceeds[-1].calibration_error == pytest.approx((0.2 + 0.1) / 2)
    assert {each.regret for each in study.policies} == {5.0}


def test_the_report_is_whole(study: PlanStudy) -> None:
    files = plan_study_files(study, "a world")
    assert {
        "plans.html",
        "plans.json",
        "plans.md",
        "plans-calibration.svg",
        "plans-regret.svg",
    } <= files.keys()
    page = files["plans.html"].decode()
    assert page.count("<svg") == 4
    assert "80 % rule" in page


def test_what_a_contract_forbids_no_policy_does_and_none_regrets() -> None:
    """The other policies used to move who may not, and the advice not to: it looked worse than they."""
    world = make(replace(HARSH, customers=200, months=6))
    locked = np.arange(len(world.subscriptions.customer)) % 2 == 0
    until = np.where(locked, world.until + 400, world.subscriptions.locked_until)
    bound = replace(world, subscriptions=replace(world.subscriptions, locked_until=until))
    rows = walk_of(bound)
    held = np.isin(rows.customer, bound.subscriptions.customer[locked])
    free = ~np.isin(rows.customer, bound.subscriptions.customer[~locked])
    regret = rows.cost - rows.least[:, None]
    assert (regret[free & rows.priced] == 0).all()
    assert (regret[~held & rows.priced] > 0).any(axis=0).all()
    assert (regret[rows.priced] >= 0).all()


def test_that_somebody_will_leave_is_not_known_before() -> None:
    """Everybody's subscription ends with the walked months: files do not say since when that was known."""
    made = make(World(seed=79, customers=150, months=5, anchors=False, newcomers=0.0, changes=0.0))
    last = int(made.usage.day.max()) - 30
    end = int(first_day(month_of(np.array(last)))) - 1
    subscriptions = replace(made.subscriptions, ended=np.full(len(made.subscriptions), end, dtype=np.int32))
    walked = walk(made.book, subscriptions, made.usage, NudgeLimits(), lambda _: None)
    rows = walked.take((walked.month == month_of(np.array(end))) & walked.judged.all(axis=1))
    assert len(rows.customer) > 100
    assert np.isin(rows.decision, (UPGRADE, DOWNGRADE)).sum() > 20


def test_money_is_told_in_units_of_the_currency(study: PlanStudy) -> None:
    dollars, yen = (tables_of(replace(study, currency=currency))[4] for currency in ("USD", "JPY"))
    assert dollars.title == "Regret of the next cycle against the best plan in hindsight"
    assert dollars.columns[3] == "regret, USD"
    assert dollars.rows[0][3] == f"{study.policies[0].regret / 100:,.2f}"
    assert yen.rows[0][3] == f"{study.policies[0].regret:,.0f}"
