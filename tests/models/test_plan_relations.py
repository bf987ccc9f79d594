"""Which plan can stand in for which, which is larger, and whether more is sold."""

from __future__ import annotations

import numpy as np

from models.plan_relations import relations_of
from models.plans import MeterTerms, Plan, PlanBook


def plan(name: str, fee: int, *terms: MeterTerms, family: str = "mobile", retired: bool = False) -> Plan:
    return Plan(name, family, name, fee, terms, retired)


def book() -> PlanBook:
    """In order: large, line, old, small; the old one is retired, the line is another family."""
    return PlanBook.of(
        [
            plan("large", 3000, MeterTerms("gb", 50), MeterTerms("minutes", 500)),
            plan("line", 1000, MeterTerms("gb", 500), family="line"),
            plan("old", 2000, MeterTerms("gb", 80), retired=True),
            plan("small", 2000, MeterTerms("gb", 5)),
        ]
    )


def test_a_plan_stands_in_if_it_is_sold_and_has_every_meter() -> None:
    large, line, old, small = range(4)
    expected = np.zeros((4, 4), dtype=np.bool_)
    expected[[large, line, old, small], [large, line, old, small]] = True
    expected[old, [large, small]] = True
    expected[small, large] = True
    np.testing.assert_array_equal(relations_of(book()).comparable, expected)


def test_larger_is_dearer_or_as_dear_with_more() -> None:
    larger = relations_of(book()).larger
    large, _, old, small = range(4)
    assert larger[small, large] and not larger[large, small]
    assert larger[small, old] and not larger[old, small]
    assert not larger.diagonal().any()


def test_more_is_what_is_sold_in_the_family() -> None:
    gb, minutes = 0, 1
    more = relations_of(book()).more
    large, line, old, small = range(4)
    assert more[small, gb] and not more[large, gb]
    assert not more[old, gb]
    assert not more[line, gb]
    assert not more[:, minutes].any()


def test_a_meter_matters_from_a_fifth_of_the_smallest_quota_on() -> None:
    large, line, old, small = range(4)
    matters = relations_of(book()).matters
    gb, minutes = book().meters.index("gb"), book().meters.index("minutes")
    np.testing.assert_allclose(matters[[large, line, old, small], gb], [10, 100, 1, 1])
    np.testing.assert_allclose(matters[[large, old], minutes], [100, 100])
    assert np.isinf(matters[line, minutes])
