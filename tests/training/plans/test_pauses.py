"""How long pauses last is learned from those that were planted."""

from __future__ import annotations

import numpy as np
import pytest

from models.plan_advisor import untrained
from models.running import running_on
from models.usage_history import UsageHistory
from models.usage_pauses import Resumption, usual_lasting
from tests.training.plans.worlds import Made, World, make
from training.plans.pauses import fit_lasting


def learned(made: Made) -> np.ndarray:
    """Of the first meter."""
    bare = untrained(made.book)
    running = running_on(made.subscriptions, made.book, made.until - 1)
    history = UsageHistory.of(running, made.usage, made.book, (bare.profile, bare.rates), made.until)
    return np.asarray(fit_lasting(history, 1)[0, 0])


def test_holidays_of_four_to_sixteen_days_are_found() -> None:
    lasting = learned(make(World(seed=42, customers=400, months=8, no_use=0.0, holidays=2.0)))
    assert lasting[0] == 1
    assert (np.diff(lasting) <= 0).all()
    # Some meet, or meet days that are missing.
    assert lasting[3] > 0.9
    assert lasting[9] == pytest.approx(7 / 13, abs=0.12)
    assert lasting[21] < 0.15


def test_silences_that_never_end_are_known_to_last() -> None:
    made = make(World(seed=43, customers=400, months=8, no_use=0.0, missing=0.0, newcomers=0.0))
    gone = made.usage.day >= made.until - 100
    amount = np.where(gone & (made.usage.customer % 2 == 0), 0.0, made.usage.amount)
    usage = type(made.usage).of(
        customer=made.usage.customer, meter=made.usage.meter, day=made.usage.day, amount=amount
    )
    lasting = learned(Made(made.book, made.subscriptions, usage, made.amount, made.until, made.truth))
    assert lasting[60] > 0.8
    next_ = Resumption(lasting[None, None]).coming[0, 0, :, 0]
    assert next_[5] < 0.3


def test_where_nobody_pauses_what_is_usual_stays() -> None:
    made = make(World(seed=44, customers=100, months=6, no_use=0.0, missing=0.0))
    np.testing.assert_allclose(learned(made), usual_lasting())
