"""The part of a bundle that nudges are answered from: optional, and the same after a round trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.advice import Advice
from models.arrays import frozen
from models.artifact import load_artifact, write_artifact
from models.bundle import OPTIONAL_PARTS, Part
from models.ids import IdMap
from models.nudge_words import sentence
from models.plan_decision import NudgeLimits
from models.plan_nudges import PlanNudges
from models.scored import Scored
from tests.models.contract import ModelContract
from tests.models.tiny import tiny_bundle
from tests.models.tiny_plans import tiny_nudges
from tests.training.plans.worlds import World, make
from training.plans.fit import fit_plan_advisor

SMALL = World(customers=150, months=6)


class PlanNudgesContract(ModelContract):
    part = "plan_nudges"

    def unknown(self, model: PlanNudges) -> Sequence[Scored]:
        assert model.of_customer("nobody") is None
        nobody = model.cycles.take(np.arange(0))
        for limits in (None, NudgeLimits(gate=0.5)):
            assert len(model.advisor.advise(nobody, limits)) == 0
        return []

    def test_it_is_a_part_of_the_bundle(self, model: Part) -> None:
        assert type(model) is OPTIONAL_PARTS[self.part]

    def test_answers_are_numbers(self, model: PlanNudges) -> None:
        advice = model.advisor.advise(model.cycles)
        for name in type(advice).__slots__:
            values = getattr(advice, name)
            allowed = name in {"cost_next", "quota"}  # plans that do not compare, unlimited quotas
            assert allowed or np.isfinite(values).all(), name


class TestTinyPlanNudgesContract(PlanNudgesContract):
    def fit(self) -> PlanNudges:
        return tiny_nudges()


class TestFittedPlanNudgesContract(PlanNudgesContract):
    def fit(self) -> PlanNudges:
        made = make(SMALL)
        advisor = fit_plan_advisor(made.book, made.subscriptions, made.usage, made.until)
        cycles = advisor.cycles(made.subscriptions, made.usage, made.until)
        subscribers = IdMap.of(f"{each:03}" for each in range(SMALL.customers))
        nudges = PlanNudges(advisor, subscribers, cycles, frozen(np.array([made.until], dtype=np.int32)))
        return nudges.with_advice(NudgeLimits())


def test_a_round_trip_changes_nothing() -> None:
    made = tiny_nudges()
    again = PlanNudges.from_arrays(made.to_arrays())
    assert {
        name: array.dtype.hasobject for name, array in made.to_arrays().items() if array.dtype.hasobject
    } == {}
    assert again.made is None
    one, two = (each.advisor.advise(each.cycles, NudgeLimits()) for each in (made, again))
    same(one, two)


def same(one: Advice, two: Advice, rtol: float = 0.0) -> None:
    for name in Advice.__slots__:
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=rtol, err_msg=name)


def test_advice_of_training_is_what_would_be_said_now() -> None:
    """For everybody, for one customer, after a round trip; whatever the limits are."""
    plain, limits, other = tiny_nudges(), NudgeLimits(gate=0.6), NudgeLimits(gate=0.95, least_saving=500.0)
    made = PlanNudges.from_arrays(plain.with_advice(limits).to_arrays())
    assert made.made is not None
    for asked in (limits, other):
        assert made.made.holds(asked) == (asked is limits)
        same(made.advise(asked), plain.advise(asked))
        for customer in ("ana", "ben", "finn", "gus"):
            rows = made.of_customer(customer)
            assert rows is not None
            alone = plain.advisor.advise(plain.cycles.take(rows), asked)
            same(made.advise(asked, rows), alone, rtol=1e-9)


def test_what_is_unknown_is_said_in_the_advice_of_training_as_well() -> None:
    plain, limits = tiny_nudges(), NudgeLimits()
    made = PlanNudges.from_arrays(plain.with_advice(limits).to_arrays())
    rows = made.of_customer("erin")
    for nudges in (plain, made):
        said = sentence(nudges.book, nudges.advise(limits, rows), 0, 2)
        assert said.startswith("How many minutes are used is not known yet: ")


def test_advice_of_training_is_not_made_again() -> None:
    limits = NudgeLimits()
    made = tiny_nudges().with_advice(limits)
    assert made.made is not None
    assert made.advise(limits) is made.made.advice
    assert made.advise(NudgeLimits(gate=0.71)) is not made.made.advice


def test_a_customer_is_found_by_id() -> None:
    nudges = tiny_nudges()
    ana, finn = nudges.of_customer("ana"), nudges.of_customer("finn")
    assert ana is not None
    assert len(nudges.cycles.take(ana)) == 1
    assert finn is not None
    assert len(nudges.cycles.take(finn)) == 0, "subscribed once, not now"
    assert nudges.of_customer("nobody") is None


def test_an_artifact_may_lack_the_part(tmp_path: Path) -> None:
    for name, bundle in (("with", tiny_bundle()), ("without", replace(tiny_bundle(), plan_nudges=None))):
        (tmp_path / name).mkdir()
        write_artifact(bundle, tmp_path / name)
        assert (load_artifact(tmp_path / name).plan_nudges is None) == (bundle.plan_nudges is None)
    assert not (tmp_path / "without" / "plan_nudges.joblib").exists()
