"""What was learned, put to another price list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.other_prices import advisor_for
from models.plan_advisor import PlanAdvisor, untrained
from models.plans import MeterTerms, Plan, PlanBook
from tests.models.tiny_plans import tiny_advisor, tiny_book

BY_FAMILY = ("faults_saving", "faults_certainty")


def learned() -> PlanAdvisor:
    """The tiny advisor with moments that tell families and meters apart."""
    advisor = tiny_advisor()
    cycle = np.array([[0.11, 0.12], [0.21, 0.22]])  # broadband, mobile x data_gb, minutes
    start = advisor.dynamics.start + 3.0
    saving = np.array([[0.5, 0.6, 0.9], [0.7, 0.8, 0.9]])
    return replace(
        advisor,
        dynamics=replace(advisor.dynamics, cycle=cycle, start=start),
        faults=replace(advisor.faults, saving=saving, certainty=np.array([[0.3, 0.4], [0.5, 0.6]])),
    )


def plan(plan_id: str, family: str, *meters: str) -> Plan:
    return Plan(plan_id, family, plan_id, 1000, tuple(MeterTerms(meter, 10, 100, 1) for meter in meters))


def test_the_same_prices_give_the_same_advisor() -> None:
    known = learned()
    mine, theirs = advisor_for(tiny_book(), known).to_arrays(), known.to_arrays()
    metered = np.array([[True, False], [True, True]])
    for name in theirs:
        same = mine[name].shape == theirs[name].shape
        if same and mine[name].shape[:2] == (2, 2) and name not in BY_FAMILY:
            assert np.array_equal(mine[name][metered], theirs[name][metered]), name
        elif name not in ("dynamics_start",):
            assert np.array_equal(mine[name], theirs[name]), name


def test_meters_find_what_is_known_by_family_then_by_name() -> None:
    known = learned()
    book = PlanBook.of(
        [plan("a", "mobile", "data_gb", "seats"), plan("small", "cable", "minutes")], (), "USD"
    )
    other = advisor_for(book, known)
    cable, mobile = (book.families.index(name) for name in ("cable", "mobile"))
    data, minutes, seats = (book.meters.index(name) for name in ("data_gb", "minutes", "seats"))
    assert other.dynamics.cycle[mobile, data] == 0.21
    assert other.dynamics.cycle[cable, minutes] == 0.22, "the only family that has minutes"
    assert other.dynamics.cycle[mobile, seats] == untrained(book).dynamics.cycle[mobile, seats]
    assert other.faults.saving[mobile].tolist() == [0.7, 0.8, 0.9]
    assert other.faults.certainty[mobile].tolist() == [0.5, 0.6]
    assert other.faults.certainty[cable].tolist() == [1, 1]
    assert other.faults.saving[cable].tolist() == untrained(book).faults.saving[cable].tolist()


def test_a_plan_of_the_same_name_keeps_the_level_of_its_subscribers() -> None:
    known = learned()
    book = PlanBook.of([plan("small", "mobile", "data_gb"), plan("new", "mobile", "data_gb")], (), "USD")
    other = advisor_for(book, known)
    small = known.book.plans.index("small")
    assert other.dynamics.start[book.plans.index("small"), 0] == known.dynamics.start[small, 0]
    assert other.dynamics.start[book.plans.index("new"), 0] == untrained(book).dynamics.start[0, 0]


def test_more_meters_than_ever_known_can_be_priced() -> None:
    book = PlanBook.of([plan("a", "x", "m_1", "m_2", "m_3", "m_4")], (), "USD")
    assert len(advisor_for(book, learned()).strata.order) == 4
