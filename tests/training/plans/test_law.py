"""One who knows the law of a world: sure where nothing is chance, and otherwise no better than the oracle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.billing_days import cycle_start, month_of
from tests.training.plans.law import NOT_FOLLOWED, Law
from tests.training.plans.oracle import Oracle
from tests.training.plans.worlds import Made, World, make

DAY = 10
HARSH = World(seed=9, customers=30, months=5, noise=0.2, regime=0.5, newcomers=0.0, no_use=0.0)
SURE = replace(HARSH, customers=16, noise=0.01, noise_spread=0.0, burst=2000.0, tail=0.0)


def asked(made: Made) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The month asked about [n], the first day of the cycle that begins in it, and that of the one after."""
    month = np.full(len(made.truth.anchor), int(month_of(np.array(made.truth.first))) + 3)
    begin, end = (cycle_start(month + step, made.truth.anchor) for step in (0, 1))
    return month, begin, end


def used(made: Made, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    days = made.truth.first + np.arange(made.amount.shape[2])
    inside = (days >= begin[:, None]) & (days < end[:, None])
    return np.asarray((made.amount * inside[:, None]).sum(axis=2))


def test_where_nothing_is_chance_the_level_and_the_change_are_found() -> None:
    made = make(SURE)
    month, begin, end = asked(made)
    # A change on the last days before the question, or after it, cannot be known yet.
    turn = made.truth.first + (made.truth.regime != 1).argmax(axis=1)
    known = (turn < begin + DAY - 4) | (turn >= end)
    assert (made.truth.regime[known, -1] != 1).sum() >= 3
    rows = np.flatnonzero(known)
    told = Law.of(SURE, made).medians(rows, month[rows], DAY)
    np.testing.assert_allclose(told, used(made, begin, end)[rows], rtol=0.08)


def test_it_is_no_better_than_who_knows_the_customers_too() -> None:
    made = make(HARSH)
    month, begin, end = asked(made)
    rows, came = np.arange(len(month)), used(made, begin, end)
    law = Law.of(HARSH, made).medians(rows, month, DAY)
    oracle = Oracle.of(made.truth, made.amount).medians(rows, begin, DAY, end)
    run_rate = used(made, begin, begin + DAY) * ((end - begin) / DAY)[:, None]
    off = [float(np.abs(np.log(told / came)).mean()) for told in (oracle, law, run_rate)]
    assert 0.97 * off[0] < off[1] < off[2]


def test_who_never_used_anything_is_expected_to_use_nothing() -> None:
    world = replace(SURE, customers=3, no_use=1.0)
    made = make(world)
    assert not Law.of(world, made).medians(np.arange(3), asked(made)[0], DAY).any()


def test_unrest_that_drifts_is_refused() -> None:
    world = replace(SURE, by_cycle=False)
    with pytest.raises(ValueError, match="drifts"):
        Law.of(world, make(world))


@pytest.mark.parametrize("name", NOT_FOLLOWED)
def test_a_world_of_another_law_is_refused(name: str) -> None:
    world = replace(SURE, **{name: 0.1})
    with pytest.raises(ValueError, match=name):
        Law.of(world, make(world))
