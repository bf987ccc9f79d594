"""Subscribers whose days differ more are found to be less sure, and only if they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.plan_advisor import untrained
from models.usage_cycles import UsageCycles
from models.usage_rate import UsageRates, spread_of
from tests.models.one_subscriber import BOOK, cycles_of
from tests.training.plans.flat_days import day_law, shapes
from training.plans.rates import Parts
from training.plans.spreads import fit_spreads

CUT, CYCLES = 10, 4
WITHIN = {"day": np.full((1, 1), 0.05), "seen": np.full((1, 1), 0.05)}


def fitted(relative: np.ndarray) -> dict[str, float]:
    """Learned of subscribers whose gamma days have these relative variances [n]."""
    n, shape = len(relative), 1 / relative[:, None, None]
    return learned(np.random.default_rng(4).gamma(np.broadcast_to(shape, (n, CYCLES, 30))) / shape)


def learned(use: np.ndarray) -> dict[str, float]:
    """Learned of days [n, CYCLES, 30]."""
    n = len(use)
    spread, spread_w = spread_of(shapes(use)[:, :, None], np.ones((n, CYCLES, 1)))
    ends = np.split(use.swapaxes(0, 1).reshape(-1, 30), [CUT], axis=1)
    share = np.broadcast_to(np.array([CUT, 30 - CUT]) / 30, (n * CYCLES, 1, 2))
    parts = Parts(
        np.stack([np.log(each.mean(axis=1)) for each in ends], axis=1)[:, None],
        np.stack([shapes(each) for each in ends], axis=1)[:, None],
        share,
        np.zeros(n * CYCLES, dtype=np.int64),
        np.tile(np.arange(n), CYCLES),
        np.repeat(np.arange(CYCLES), n),
    )
    found = fit_spreads(parts, UsageRates.plain(1, 1), cycles(spread, spread_w), WITHIN)
    return {name: float(array[0, 0]) for name, array in found.items()}


def cycles(spread: np.ndarray, spread_w: np.ndarray) -> UsageCycles:
    """As many subscribers, of whom only this matters."""
    one = cycles_of(untrained(BOOK), [150.0], [5.0])
    return replace(one.take(np.zeros(len(spread), dtype=np.int64)), spread=spread, spread_w=spread_w)


def test_who_differs_more_is_heeded_in_proportion() -> None:
    found = fitted(np.random.default_rng(1).lognormal(np.log(0.3), 0.7, 3000))
    assert 0.8 <= found["heed"] <= 1.2
    assert abs(found["spread"] - 0.3 / 4) < 0.03
    assert found["day"] < 0.05  # of whose days differ as usual: some differ far more


def test_of_subscribers_who_are_alike_the_noise_stays() -> None:
    found = fitted(np.full(3000, 0.3))
    assert abs(found["seen"] - 0.3 / 30) < 0.002
    assert abs(found["day"] - 0.05) < 0.003


def test_a_giant_tells_nothing_of_other_cycles_of_subscribers_who_are_alike() -> None:
    """It makes its own cycle differ from the rest, and the subscriber's days differ more: whoever's it is."""
    use = np.maximum(day_law(np.random.default_rng(6), (3000, CYCLES, 30)), 1e-9)
    assert learned(use)["heed"] < 0.15


def test_few_say_little() -> None:
    found = fitted(np.random.default_rng(1).lognormal(np.log(0.3), 0.7, 5))
    assert found["heed"] < 0.15


def test_nothing_known_leaves_what_is_assumed() -> None:
    nothing = Parts(
        np.full((4, 1, 2), np.nan), np.zeros((4, 1, 2, 3)), np.ones((4, 1, 2)), *np.zeros((3, 4), dtype=int)
    )
    none = np.zeros((4, 1))
    found = fit_spreads(nothing, UsageRates.plain(1, 1), cycles(none, none), WITHIN)
    assert found["heed"][0, 0] == 0
    assert found["day"][0, 0] == found["seen"][0, 0] == 0.05
