"""The likelihood of finished cycles by hand, and what is likelier."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from models.usage_level import Dynamics
from training.plans.likelihood import log_likelihood


def dynamics(**changed: float) -> Dynamics:
    """One row for all: levels near 100, neither unusual cycles nor changes of level."""
    values = {
        "between": 0.5, "cycle": 0.04, "day": 0.0, "seen": 0.0, "drift": 0.01, "growth": 0.1, "jump": 0.0,
        "odd": 0.0, "far": 1.0, "floor": 0.0, "start": np.log(100.0),
    } | changed  # fmt: skip
    return Dynamics(**{name: np.full((1, 1), value) for name, value in values.items()})


def likelihood(of: Dynamics, *totals: float) -> float:
    used = np.array(totals).reshape(1, -1, 1)
    return float(log_likelihood(of, used, np.ones_like(used))[0, 0])


def test_two_cycles_by_hand() -> None:
    first, second = np.log(150.0), np.log(120.0)
    start = np.log(100.0)
    gain = 0.5 / 0.54
    mean, variance = start + gain * (first - start) + 0.1, 0.5 * (1 - gain) + 0.01
    expected = norm.logpdf(first, start, np.sqrt(0.54)) + norm.logpdf(second, mean, np.sqrt(variance + 0.04))
    assert likelihood(dynamics(), 150.0, 120.0) == pytest.approx(expected)


def test_a_chance_of_change_makes_a_change_likelier() -> None:
    changed, steady = (100.0, 100.0, 100.0, 400.0), (100.0, 100.0, 100.0, 100.0)
    free, bound = dynamics(jump=0.05), dynamics()
    assert likelihood(free, *changed) > likelihood(bound, *changed)
    assert likelihood(free, *steady) < likelihood(bound, *steady)


def test_unknown_cycles_say_nothing() -> None:
    used = np.array([100.0, 130.0]).reshape(1, -1, 1)
    share = np.array([1.0, 0.0]).reshape(1, -1, 1)
    assert log_likelihood(dynamics(), used, share)[0, 0] == pytest.approx(likelihood(dynamics(), 100.0))
