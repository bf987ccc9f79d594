"""Forecasts: what must hold of them whatever was learned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.plan_advisor import PlanAdvisor, untrained
from models.plan_pricing import expected_costs
from models.usage_forecast import BIAS, KNOTS, Faults, class_of
from models.usage_gamma import gamma_of
from models.usage_outcome import SHAPE_AT
from models.usage_signs import NEXT, REST, SIGNS
from tests.models.one_subscriber import BOOK, cycles_of

HISTORY = [150.0, 158.0, 155.0]
SEVERAL = 2  # the class of three finished cycles


def learned(**changed: np.ndarray) -> PlanAdvisor:
    bare = untrained(BOOK)
    return replace(bare, faults=replace(bare.faults, **changed))


def test_classes_of_what_is_known() -> None:
    assert class_of(np.arange(5)).tolist() == [0, 1, 1, 2, 2]


def test_nothing_learned_changes_nothing() -> None:
    none = Faults.none(2, 3)
    assert none.lean.shape == (2, 3, 3, KNOTS, 2, SIGNS)
    assert not none.lean.any()
    assert (none.factor == 1).all()
    np.testing.assert_allclose(none.shape[1, 2, 0], SHAPE_AT)


def test_a_learned_bias_is_a_factor_of_the_mean_of_its_class() -> None:
    factor = np.ones_like(untrained(BOOK).faults.factor)
    factor[:, :, SEVERAL, :, REST, BIAS], factor[:, :, SEVERAL, :, NEXT, BIAS] = 1.2, 0.9
    for history, rest, next_ in ((HISTORY, 1.2, 0.9), (HISTORY[:2], 1.0, 1.0)):
        cycles = cycles_of(untrained(BOOK), history, [5.0] * 10)
        (bare, _), (biased, _) = untrained(BOOK).forecast(cycles), learned(factor=factor).forecast(cycles)
        assert biased.rest.mean[0, 0] == pytest.approx(rest * bare.rest.mean[0, 0])
        assert biased.next.mean[0, 0] == pytest.approx(next_ * bare.next.mean[0, 0])


def test_a_lean_moves_the_mean_by_its_sign() -> None:
    lean = np.zeros_like(untrained(BOOK).faults.lean)
    lean[..., REST, 2] = 0.3  # of how far the rate is from the level
    high, low = (cycles_of(untrained(BOOK), HISTORY, [each] * 10) for each in (9.0, 3.0))
    for cycles, more in ((high, True), (low, False)):
        (bare, _), (moved, _) = untrained(BOOK).forecast(cycles), learned(lean=lean).forecast(cycles)
        assert (moved.rest.mean[0, 0] > bare.rest.mean[0, 0]) == more
        assert moved.next.mean[0, 0] == bare.next.mean[0, 0]


@given(
    st.lists(st.floats(0, 900), max_size=4),
    st.lists(st.floats(0, 60), min_size=1, max_size=25),
    st.floats(0, 1000),
    st.floats(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_a_larger_quota_is_exceeded_less(
    history: list[float], days: list[float], quota: float, more: float
) -> None:
    coming, _ = untrained(BOOK).forecast(cycles_of(untrained(BOOK), history, days))
    small, large = (coming.p_exceed(np.array([[q]]))[0, 0] for q in (quota, quota + more))
    assert 0 <= large <= small <= 1
    low, high = coming.quantiles(0.1, 0.9)[:, 0, 0]
    assert coming.used[0, 0] <= low <= high


@given(st.floats(1, 2000), st.floats(1, 3), st.floats(0.05, 50))
@settings(max_examples=60, deadline=None)
def test_more_use_never_lowers_the_expected_cost(mean: float, times: float, shape: float) -> None:
    means = np.array([[mean], [mean * times]])
    every = np.ones((2, len(BOOK)), dtype=np.bool_)
    cost, _ = expected_costs(BOOK, gamma_of(means, means**2 / shape), every)
    assert (cost[1] >= cost[0] * (1 - 2e-3) - 1).all()
