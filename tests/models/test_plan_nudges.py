"""The part of a bundle that nudges are answered from: optional, and the same after a round trip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.artifact import load_artifact, write_artifact
from models.plan_decision import NudgeLimits
from models.plan_nudges import PlanNudges
from tests.models.tiny import tiny_bundle
from tests.models.tiny_plans import tiny_nudges


def test_a_round_trip_changes_nothing() -> None:
    made = tiny_nudges()
    again = PlanNudges.from_arrays(made.to_arrays())
    assert {
        name: array.dtype.hasobject for name, array in made.to_arrays().items() if array.dtype.hasobject
    } == {}
    one, two = (each.advisor.advise(each.cycles, NudgeLimits()) for each in (made, again))
    for name in type(one).__slots__:
        assert np.array_equal(getattr(one, name), getattr(two, name), equal_nan=name == "cost_next"), name


def test_a_customer_is_found_by_id() -> None:
    nudges = tiny_nudges()
    ana, finn = nudges.of_customer("ana"), nudges.of_customer("finn")
    assert ana is not None
    assert len(ana) == 1
    assert finn is not None
    assert len(finn) == 0, "subscribed once, not now"
    assert nudges.of_customer("nobody") is None


def test_an_artifact_may_lack_the_part(tmp_path: Path) -> None:
    for name, bundle in (("with", tiny_bundle()), ("without", replace(tiny_bundle(), plan_nudges=None))):
        (tmp_path / name).mkdir()
        write_artifact(bundle, tmp_path / name)
        assert (load_artifact(tmp_path / name).plan_nudges is None) == (bundle.plan_nudges is None)
    assert not (tmp_path / "without" / "plan_nudges.joblib").exists()
