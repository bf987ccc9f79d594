"""p_saves is told no surer than came, and what passes a gate of ASKED is what passed it before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.plan_advisor import untrained
from models.plan_certainty import ASKED, as_sure_as_came, beyond, probability_of
from models.plan_pricing import STRATA
from tests.models.one_subscriber import BOOK, cycles_of

SHARES = np.arange(STRATA + 1)[None] / STRATA
HALF = np.array([[0.5, 0.5]])


def test_by_hand() -> None:
    """Odds of 7 to 3 and of 28 to 3: with half of the distance in logarithms, of 14 to 3."""
    told = as_sure_as_came(np.array([[28 / 31]]), HALF, np.array([[True]]))
    assert told[0, 0] == pytest.approx(14 / 17)


@given(st.floats(0.2, 1.0), st.floats(0.2, 1.0), st.booleans())
def test_no_more_and_no_fewer_pass_and_none_is_surer_than_drawn(up: float, down: float, larger: bool) -> None:
    told = as_sure_as_came(SHARES, np.array([[up, down]]), np.full(SHARES.shape, larger))
    assert ((told >= ASKED) == (SHARES >= ASKED)).all()
    assert (told <= SHARES + 1e-12).all()
    assert (np.diff(told) >= 0).all()
    assert told.max() < 1
    assert (told[SHARES <= ASKED] == SHARES[SHARES <= ASKED]).all()


def test_upgrades_and_downgrades_each_have_their_own() -> None:
    told = as_sure_as_came(np.array([[0.95, 0.95]]), np.array([[1.0, 0.3]]), np.array([[True, False]]))
    assert told[0, 0] == pytest.approx(0.95)
    assert ASKED < told[0, 1] < 0.85


def test_what_is_above_comes_back() -> None:
    p = np.linspace(ASKED, 0.99, 20)
    np.testing.assert_allclose(probability_of(beyond(p)), p)


def test_an_advisor_tells_what_it_learned() -> None:
    bare = untrained(BOOK)
    cycles = cycles_of(bare, [255, 262, 260], [8.7] * 10)
    sure = bare.advise(cycles)
    doubting = replace(bare, faults=replace(bare.faults, certainty=HALF)).advise(cycles)
    assert doubting.decision[0] == sure.decision[0]
    assert doubting.saving[0] == sure.saving[0]
    assert ASKED < doubting.p_saves[0] < sure.p_saves[0]
