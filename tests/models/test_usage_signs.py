"""By what forecasts lean: what fades out far from a plan, and what is told only near a quota."""

from __future__ import annotations

import numpy as np
import pytest

from models.plans import UNLIMITED
from models.usage_signs import MOST_SIGN, NEAR_PLAN, NEXT, REST, SIGNS, UNSURE, Told, nearness, signs_of


def of(gaps: tuple[float, ...] = (0.0,), **told: float) -> np.ndarray:
    """The signs [n_meters, 2, SIGNS] of one subscriber with so many meters."""
    gap = np.array([gaps])
    others = {name: np.full_like(gap, told.get(name, 0.0)) for name in Told._fields}
    found = signs_of(Told(**others | {"gap": gap, "heard": np.ones_like(gap, dtype=bool)}))
    assert found.shape == (1, len(gaps), 2, SIGNS)
    return np.asarray(found[0])


@pytest.mark.parametrize("sides", [1, -1])
def test_what_is_far_from_the_plan_does_not_return_to_it(sides: int) -> None:
    """Of the next cycle: the pull is largest NEAR_PLAN away, and hardly there for three times as much."""
    near, largest, far = (sides * of(from_plan=sides * x)[0, NEXT, 4] for x in (0.1, NEAR_PLAN, np.log(6)))
    assert near == pytest.approx(0.1, rel=0.03)
    assert largest == pytest.approx(NEAR_PLAN * np.exp(-0.5))
    assert 0 <= far < 0.005


def test_of_the_rest_of_the_cycle_it_counts_whole() -> None:
    assert of(from_plan=1.3)[0, REST, 4] == 1.3
    assert of(from_plan=5.0)[0, REST, 4] == MOST_SIGN


def test_growth_is_of_both() -> None:
    assert of(faster=0.04)[0, :, 6].tolist() == [0.04, 0.04]


def test_nearness_is_of_the_rest_only() -> None:
    assert of(near_quota=0.7)[0, :, 7].tolist() == [0.7, 0.0]


def test_the_other_meters_speak_for_each_other() -> None:
    assert of(gaps=(0.2, 0.4, -0.6))[:, REST, 3] == pytest.approx([-0.1, -0.2, 0.3])


def test_near_is_within_a_quarter_of_the_quota_and_counts_by_how_unsure_use_is() -> None:
    quota = np.array([[100.0, 100.0, 100.0, 100.0, UNLIMITED, 0.0]])
    use = np.array([[100.0, 80.0, 125.0, 30.0, 100.0, 100.0]])
    sure, unsure = (nearness(use, np.full(use.shape, times * UNSURE), quota)[0] for times in (1, 2))
    assert sure[0] == 1
    assert sure[1] == pytest.approx(sure[2])
    assert 0.6 < sure[1] < 0.7
    assert sure[3:].tolist() == pytest.approx([0, 0, 0], abs=1e-4)
    np.testing.assert_allclose(unsure, 2 * sure)
