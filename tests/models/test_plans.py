"""Plans: what they cost, what is refused, and that nothing is lost on the way through arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import PlanError
from models.plans import AddOn, MeterTerms, Plan, PlanBook
from tests.models.one_subscriber import BOOK, DATA, PACKS, PLANS

USED = st.floats(0, 5000)


def test_overage_is_charged_by_started_unit() -> None:
    costs = {used: BOOK.costs(np.array([used]))[BOOK.index("home-200")] for used in (200, 200.1, 210, 210.1)}
    assert costs == {200: 2900, 200.1: 3400, 210: 3400, 210.1: 3900}


def test_plans_come_back_as_given() -> None:
    again = PlanBook.from_arrays(BOOK.to_arrays())
    assert {again.plan(i) for i in range(len(again))} == set(PLANS)
    assert {again.add_on(i) for i in range(len(again.add_ons))} == set(PACKS)
    assert again.currency_code == "USD"


def test_an_unknown_plan_names_the_known() -> None:
    with pytest.raises(PlanError, match="home-20") as caught:
        BOOK.index("home-20", "row 3")
    assert (caught.value.field, caught.value.row, caught.value.reason) == ("plan_id", "row 3", "unknown")


@pytest.mark.parametrize(
    ("plan", "terms", "field"),
    [
        ({"fee": -1}, {}, "fee"),
        ({}, {"quota": -5.0}, "quota"),
        ({}, {"overage_price": -1.0}, "overage_price"),
        ({}, {"overage_price": float("nan")}, "overage_price"),
        ({}, {"overage_unit": 0.0}, "overage_unit"),
        ({}, {"throttle_penalty": 100.0}, "throttle_penalty"),
        ({"meters": ()}, {}, "meters"),
    ],
)
def test_contradictions_name_their_field(plan: dict[str, Any], terms: dict[str, Any], field: str) -> None:
    wrong = replace(PLANS[0], meters=(replace(PLANS[0].meters[0], **terms),))
    with pytest.raises(PlanError) as caught:
        PlanBook.of([replace(wrong, **plan)])
    assert caught.value.field == field
    assert "home-50" in caught.value.row


def test_a_plan_is_given_once() -> None:
    with pytest.raises(PlanError, match="2 times") as caught:
        PlanBook.of([PLANS[0], PLANS[0]])
    assert caught.value.reason == "duplicate"


def test_an_add_on_has_a_known_meter() -> None:
    with pytest.raises(PlanError, match="minutes") as caught:
        PlanBook.of(PLANS, [AddOn("x", "broadband", "X", 100, "minutes", 5)])
    assert caught.value.field == "meter"


@given(USED, USED)
def test_more_use_never_costs_less(used: float, more: float) -> None:
    assert (BOOK.costs(np.array([used + more])) >= BOOK.costs(np.array([used]))).all()


@given(USED, st.integers(0, 10_000))
def test_cost_rises_with_the_fee(used: float, extra: int) -> None:
    terms = (MeterTerms(DATA, 100, 500, 10),)
    cheap, dear = (PlanBook.of([Plan("p", "f", "P", fee, terms)]) for fee in (1000, 1000 + extra))
    assert dear.costs(np.array([used]))[0] - cheap.costs(np.array([used]))[0] == extra
