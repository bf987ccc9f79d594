"""What became of promised savings: believed as far as it is sure."""

from __future__ import annotations

import numpy as np
import pytest

from training.plans.savings import LEAST, MOST, USUAL, _factor

UPGRADES, DOWNGRADES, TOP_UPS = zip(USUAL, MOST, strict=True)


def promised_and_kept(n: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    promised = rng.lognormal(3, 0.5, n)
    return promised, promised * factor + rng.normal(0, 10, n)


def test_what_many_show_is_believed() -> None:
    assert _factor(*promised_and_kept(40_000, 0.85), UPGRADES) == pytest.approx(0.85, abs=0.01)


def test_what_few_show_is_hardly_believed() -> None:
    assert _factor(*promised_and_kept(30, 0.7), UPGRADES) > 0.9


def test_downgrades_are_doubted_sooner() -> None:
    """Their gain is bounded and their loss is not: promises of them are more often wrong."""
    told = promised_and_kept(300, 0.8)
    assert _factor(*told, DOWNGRADES) < _factor(*told, UPGRADES) < 1


def test_promises_are_never_taken_for_nothing() -> None:
    assert _factor(*promised_and_kept(40_000, -1.0), DOWNGRADES) == LEAST


def test_no_pack_is_told_to_save_more_than_it_holds() -> None:
    """Four packs that spare 48.00 at most were told to save 48.39."""
    told = promised_and_kept(40_000, 1.1)
    assert _factor(*told, TOP_UPS) == 1
    assert _factor(*told, UPGRADES) > 1.05
