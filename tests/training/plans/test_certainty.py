"""The slope of certainty: found where it was planted, not believed of few, and never above 1."""

from __future__ import annotations

import numpy as np
import pytest

from models.plan_certainty import beyond, probability_of
from training.plans.certainty import fit_slope


def told_and_came(n: int, slope: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    above = beyond(rng.uniform(0.7, 1.0, n))
    return above, rng.random(n) < probability_of(slope * above)


@pytest.mark.parametrize("slope", [0.35, 0.7, 1.0])
def test_what_is_planted_is_found(slope: float) -> None:
    assert fit_slope(*told_and_came(40_000, slope), 1.0) == pytest.approx(slope, abs=0.05)


def test_few_say_little() -> None:
    assert fit_slope(*told_and_came(20, 0.2), 1.0) == 1
    assert 0.5 < fit_slope(*told_and_came(60, 0.2), 1 / 3) < 1


def test_what_came_more_often_than_told_is_told_as_it_is() -> None:
    above, _ = told_and_came(5_000, 1.0)
    assert fit_slope(above, np.ones(len(above), dtype=np.bool_), 1.0) == pytest.approx(1, abs=0.01)
