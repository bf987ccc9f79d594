"""What comes after pauses, by how long they last: held to pauses that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from models.usage_pauses import AHEAD, LENGTH, LONGEST, MOST_LEFT, TABLE, Resumption, usual_lasting

ONE = np.zeros(1, dtype=np.int64)


def shares(lasting: np.ndarray, silent: int, left: int) -> np.ndarray:
    """Of the rest of the cycle and of the next one: [2, 2]."""
    found = Resumption(lasting[None, None]).moments(ONE, np.array([[silent]]), np.array([left]))
    return np.asarray(found[0, 0])


@pytest.mark.parametrize(("silent", "left"), [(1, 10), (4, 25), (9, 3), (30, 20)])
def test_what_is_used_is_that_of_pauses_that_are_drawn(silent: int, left: int) -> None:
    lasting = usual_lasting()
    drawn = np.random.default_rng(1).random(200_000)
    # The days of a pause: how many i there are with a chance S(i) above the draw.
    length = TABLE - np.searchsorted(lasting[::-1], drawn, side="right")
    more = length[length >= silent] - silent
    used = np.clip(left - more, 0, left) / left
    np.testing.assert_allclose(shares(lasting, silent, left)[0], [used.mean(), (used**2).mean()], atol=0.01)


def test_pauses_of_ten_days_by_hand() -> None:
    """Six days of ten are over: four of the rest of the cycle are lost, and the next is as ever."""
    lasting = np.full(TABLE, 1e-12)
    lasting[:10] = 1.0
    rest, next_ = shares(lasting, 6, 20)
    np.testing.assert_allclose(rest, [16 / 20, (16 / 20) ** 2], atol=1e-9)
    np.testing.assert_allclose(next_, 1.0, atol=1e-9)
    assert shares(lasting, 6, 3)[0, 0] == pytest.approx(0.0)


def test_after_a_longer_silence_never_more_of_the_next_cycle_is_expected() -> None:
    lasting = usual_lasting().copy()
    lasting[:16] = np.linspace(1, 0.2, 16)  # mostly holidays, that end when they have to
    lasting[16:] *= 0.2 / lasting[16]
    next_ = Resumption(lasting[None, None]).coming[0, 0]
    assert (np.diff(next_, axis=0) <= 0).all()
    assert (next_[:, 1] >= next_[:, 0] ** 2 - 1e-12).all()
    assert ((next_ >= 0) & (next_ <= 1)).all()


def test_no_silence_is_too_long() -> None:
    np.testing.assert_array_equal(
        shares(usual_lasting(), 10 * LONGEST, 400), shares(usual_lasting(), LONGEST, MOST_LEFT)
    )
    assert LONGEST + AHEAD + LENGTH <= TABLE
