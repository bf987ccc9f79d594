"""What forecasts lean by is found in what came, and little of it is not believed."""

from __future__ import annotations

import numpy as np

from models.usage_signs import SIGNS
from training.plans.lean import fit_lean

USUAL = np.zeros(SIGNS)


def made(n: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signs, expected and used, of which the truth leans by 0.1 and by 0.4 of the third sign."""
    rng = np.random.default_rng(seed)
    signs = np.column_stack([np.ones(n), rng.normal(0, 0.3, (n, SIGNS - 1))])
    expected = rng.lognormal(3, 1, n)
    noise = rng.normal(0, 0.2, n) + np.where(rng.random(n) < 0.05, 3.0, 0.0)  # a few giants
    return signs, expected, expected * np.exp(0.1 + 0.4 * signs[:, 3] + noise)


def test_what_is_planted_is_found() -> None:
    found = fit_lean(*made(4000), USUAL)
    np.testing.assert_allclose(found, [0.1, 0, 0, 0.4, 0, 0, 0, 0], atol=0.05)


def test_few_rows_say_little() -> None:
    assert np.abs(fit_lean(*made(8), USUAL)[1:]).max() < 0.2


def test_few_rows_leave_what_is_usual() -> None:
    usual = np.array([0.3, -0.2, 0.1, 0.5, 0.0, -0.4, 0.2, 0.1])
    few, many = fit_lean(*made(8), usual), fit_lean(*made(4000), usual)
    assert np.abs(few[1:] - usual[1:]).max() < 0.2
    np.testing.assert_allclose(many, [0.1, 0, 0, 0.4, 0, 0, 0, 0], atol=0.06)


def test_nothing_used_is_no_trouble() -> None:
    signs, expected, came = made(200)
    assert np.isfinite(fit_lean(signs, expected * 0, came * 0, USUAL)).all()
