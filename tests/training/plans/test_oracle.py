"""The oracle of generated worlds: where next to nothing is chance, it knows the next cycle."""

from __future__ import annotations

import numpy as np
import pytest

from models.billing_days import cycle_start, month_of
from tests.training.plans.oracle import DRAWS, Oracle
from tests.training.plans.worlds import World, make

ALIKE = {"noise_spread": 0.0, "burst": 2000.0, "tail": 0.0, "regime": 0.0, "newcomers": 0.0, "no_use": 0.0}


@pytest.mark.parametrize("by_cycle", [True, False])
def test_the_next_cycle_is_known_where_nothing_is_chance(by_cycle: bool) -> None:
    made = make(World(seed=5, customers=30, months=5, noise=0.01, by_cycle=by_cycle, **ALIKE))
    anchor, month = made.truth.anchor, int(month_of(np.array(made.truth.first))) + 2
    begin, end, after = (cycle_start(np.full(len(anchor), month + step), anchor) for step in (0, 1, 2))
    oracle = Oracle.of(made.truth, made.amount)
    drawn = oracle.next_use(np.arange(len(anchor)), begin + 10, (end, after))
    assert drawn.shape == (30, 2, DRAWS)
    days = made.truth.first + np.arange(made.amount.shape[2])
    inside = (days >= end[:, None]) & (days < after[:, None])
    came = (made.amount * inside[:, None]).sum(axis=2)
    np.testing.assert_allclose(drawn.mean(axis=2), came, rtol=0.06)


def test_unrest_of_a_cycle_to_come_is_as_wide_as_any() -> None:
    made = make(World(seed=6, customers=30, months=5, noise=0.3, **ALIKE))
    anchor, month = made.truth.anchor, int(month_of(np.array(made.truth.first))) + 2
    begin, end, after = (cycle_start(np.full(len(anchor), month + step), anchor) for step in (0, 1, 2))
    oracle, rows = Oracle.of(made.truth, made.amount), np.arange(len(anchor))
    coming = np.log(oracle.next_use(rows, begin + 25, (end, after))).std(axis=2).mean()
    running = np.log(oracle.next_use(rows, begin + 25, (begin + 25, end))).std(axis=2).mean()
    assert coming == pytest.approx(0.3, abs=0.05)
    assert running < 0.1
