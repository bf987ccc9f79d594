"""What became of promised savings: believed as far as it is sure."""

from __future__ import annotations

import numpy as np
import pytest

from training.plans.savings import LEAST, USUAL, _factor


def promised_and_kept(n: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    promised = rng.lognormal(3, 0.5, n)
    return promised, promised * factor + rng.normal(0, 10, n)


def test_what_many_show_is_believed() -> None:
    assert _factor(*promised_and_kept(40_000, 0.85), USUAL[0]) == pytest.approx(0.85, abs=0.01)


def test_what_few_show_is_hardly_believed() -> None:
    assert _factor(*promised_and_kept(30, 0.7), USUAL[0]) > 0.9


def test_downgrades_are_doubted_sooner() -> None:
    """Their gain is bounded and their loss is not: promises of them are more often wrong."""
    told = promised_and_kept(300, 0.8)
    assert _factor(*told, USUAL[1]) < _factor(*told, USUAL[0]) < 1


def test_promises_are_never_taken_for_nothing() -> None:
    assert _factor(*promised_and_kept(40_000, -1.0), USUAL[1]) == LEAST
