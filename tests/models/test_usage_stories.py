"""What the last two cycles say: when the level changed, and that they do not say too much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.plan_advisor import untrained
from models.usage_cycles import UsageCycles
from models.usage_level import follow
from models.usage_stories import Stories, stories
from tests.models.one_subscriber import BOOK, cycles_of

STEADY = [150.0] * 5  # of 31, 31, 28 and 31 days at most: March is the last finished one


def asked(history: list[float], days: list[float]) -> UsageCycles:
    return cycles_of(untrained(BOOK), history, days)


def told(cycles: UsageCycles) -> tuple[Stories, np.ndarray]:
    """The stories, and the mean logarithm of the running cycle's use [n, n_meters]."""
    advisor = untrained(BOOK)
    own = advisor.dynamics.of(BOOK.family[cycles.plan], cycles.plan)
    found = stories(own, follow(own, cycles.finished, cycles.finished_w), cycles)
    return found, (found.share * found.cycle).sum(axis=(0, 1))


def split(cycles: UsageCycles, cut: int, before: float, after: float) -> UsageCycles:
    """Use at these rates before and after a cut, in place of what it was; the cycle's total follows."""
    parts = cycles.parts.copy()
    share = cycles.parts_w[:, cut]
    parts[:, cut] = share * np.array([before, after])
    total = parts[:, cut].sum(axis=-1)
    finished = cycles.finished.copy()
    finished[:, -1] = total
    return replace(cycles, parts=parts, finished=finished)


@given(st.lists(st.floats(0, 900), max_size=4), st.lists(st.floats(0, 60), min_size=1, max_size=28))
def test_shares_add_up_and_nothing_is_endless(history: list[float], days: list[float]) -> None:
    found, mean = told(asked(history, days))
    np.testing.assert_allclose(found.share.sum(axis=(0, 1)), 1.0)
    assert (found.share >= 0).all()
    assert (found.level_v > 0).all()
    assert (found.cycle_v > 0).all()
    assert np.isfinite(mean).all()
    assert ((found.unusual >= 0) & (found.unusual <= 1)).all()


def test_nothing_seen_says_nothing() -> None:
    found, mean = told(asked(STEADY, []))
    assert (found.gap == 0).all()
    level, _ = told(asked(STEADY, [5.0] * 10))
    assert mean[0, 0] == pytest.approx(np.log(150), abs=0.1)
    assert found.unusual[0, 0] < 0.05
    assert (
        level.share[:, :, 0, 0].sum(axis=1).argmax() == 2
    )  # the usual one, after those of the running cycle's cuts


def test_a_change_within_the_last_cycle_is_believed_at_its_day() -> None:
    """Ten days at three times the use, and ten days of the running cycle like them."""
    steady = asked(STEADY, [15.0] * 10)
    dated = split(steady, 1, 150.0, 450.0)
    mixed = split(steady, 1, 247.0, 247.0)  # the same total, without saying when
    (_, when), (_, whenever) = told(dated), told(mixed)
    assert np.exp(when[0, 0]) > 260
    assert when[0, 0] > whenever[0, 0]


def test_a_quiet_end_of_the_last_cycle_does_not_outweigh_what_follows() -> None:
    found, mean = told(split(asked(STEADY, [5.0] * 15), 1, 200.0, 0.0))
    assert np.exp(mean[0, 0]) > 110
    assert found.unusual[0, 0] < 0.3


def test_twice_the_use_since_five_days_is_a_new_level_more_than_a_steady_half() -> None:
    late, even = asked(STEADY, [5.0] * 10 + [20.0] * 5), asked(STEADY, [10.0] * 15)
    (_, changed), (_, same) = told(late), told(even)
    assert changed[0, 0] > same[0, 0]
