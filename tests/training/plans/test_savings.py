"""What became of promised savings: believed as far as it is sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.advice import DOWNGRADE, UPGRADE
from models.plan_advisor import untrained
from tests.models.one_subscriber import BOOK as ONE
from tests.models.one_subscriber import cycles_of
from tests.models.told import BOOK, row_of
from training.plans.savings import LEAST, MOST, USUAL, _certainty, _factor, _Look

UPGRADES, DOWNGRADES, TOP_UPS = USUAL


def promised_and_kept(n: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    promised = rng.lognormal(3, 0.5, n)
    return promised, promised * factor + rng.normal(0, 25, n)


def test_what_many_show_is_believed() -> None:
    assert _factor(*promised_and_kept(40_000, 0.85), UPGRADES) == pytest.approx(0.85, abs=0.01)


def test_what_few_show_is_hardly_believed() -> None:
    assert _factor(*promised_and_kept(30, 0.7), UPGRADES) > 0.9


def test_what_is_far_from_usual_and_sure_is_believed() -> None:
    """Of a provider that is unlike others."""
    assert _factor(*promised_and_kept(2000, 0.8), UPGRADES) == pytest.approx(0.8, abs=0.03)
    assert _factor(*promised_and_kept(40, 0.8), UPGRADES) > 0.9


def test_downgrades_are_doubted_sooner() -> None:
    """Their gain is bounded and their loss is not: promises of them are more often wrong."""
    told = promised_and_kept(60, 0.85)
    assert _factor(*told, DOWNGRADES) < _factor(*told, UPGRADES) < 1


@pytest.mark.parametrize("factor", [-30.0, 0.0, 30.0])
def test_what_is_farther_off_than_anything_is_a_number(factor: float) -> None:
    promised = np.full(30, 5.0)
    assert LEAST <= _factor(promised, factor * promised, UPGRADES) <= MOST


def test_promises_are_never_taken_for_nothing() -> None:
    assert _factor(*promised_and_kept(40_000, -1.0), DOWNGRADES) == LEAST


@pytest.mark.parametrize("usual", USUAL)
def test_nobody_is_promised_more_than_costs_are_apart(usual: float) -> None:
    """Four packs that spare 48.00 at most were told to save 48.39; a plan for 42.00, not 130.00, 104.00."""
    assert _factor(*promised_and_kept(40_000, 1.1), usual) == MOST == 1


def test_each_way_has_the_certainty_that_came_of_it() -> None:
    """Upgrades told to be 0.95 sure came to be, of downgrades told the same three in four did."""
    n = 2000
    rows = row_of(UPGRADE, "much").take(np.zeros(n, dtype=np.int64))
    mid, much, little = (BOOK.index(name) for name in ("mid", "much", "little"))
    up = np.arange(n) < n // 2
    advice = replace(
        rows,
        decision=np.where(up, UPGRADE, DOWNGRADE),
        recommended_plan=np.where(up, much, little),
        p_saves=np.full(n, 0.95),
    )
    came = np.where(up, np.arange(n) % 20 > 0, np.arange(n) % 4 > 0)
    costs = np.full((n, len(BOOK)), 3000.0)
    costs[:, mid] = np.where(came, 4000.0, 2000.0)
    known = np.ones(n, dtype=np.bool_)
    look = _Look(cycles_of(untrained(ONE), [], []), advice, costs, known, np.zeros((n, 2)), known)
    upgrades, downgrades = _certainty(BOOK, [look] * 3)[0]
    assert upgrades == pytest.approx(1, abs=0.05)
    assert downgrades < 0.3
    nothing = replace(advice, decision=np.zeros(n, dtype=np.int8))
    assert (_certainty(BOOK, [look._replace(advice=nothing)]) == 1).all()
