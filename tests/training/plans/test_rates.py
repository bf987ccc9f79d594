"""What tells most of the level is found for days of different laws."""

from __future__ import annotations

import numpy as np
import pytest

from models.usage_defaults import PRIOR
from models.usage_rate import TERMS
from tests.training.plans.flat_days import day_law, shapes
from training.plans.rates import Parts, fit_rates, signs_of

DAYS = (10, 20)


def parts(days: np.ndarray) -> Parts:
    """Cycles cut after ten days, from days [k, 30] that are chance around a level that differs."""
    rng = np.random.default_rng(2)
    use = days * rng.lognormal(3, 1, (len(days), 1))
    ends = np.split(use, [DAYS[0]], axis=1)
    rate = np.stack([np.log(each.mean(axis=1)) for each in ends], axis=1)
    share = np.broadcast_to(np.array(DAYS) / 30, rate.shape)
    family = np.zeros(len(days), dtype=np.int64)
    who = np.arange(len(days)), family
    return Parts(
        rate[:, None],
        np.stack([shapes(each) for each in ends], axis=1)[:, None],
        share[:, None],
        family,
        *who,
    )


def plain_variance(cut: Parts) -> float:
    """Of the logarithm of the mean, times W, as `fit_rates` measures that of the rate it learns."""
    return float(((cut.rate[:, 0, 1] - cut.rate[:, 0, 0]) ** 2 / (1 / cut.share[:, 0]).sum(axis=1)).mean())


def test_gamma_days_are_told_by_their_mean() -> None:
    cut = parts(np.random.default_rng(1).gamma(2.0, 0.5, (4000, 30)))
    rates, seen = fit_rates(cut, 1)
    moved = signs_of(cut.shapes[:, 0], rates.knee[0, 0]) @ rates.weights[0, 0]  # weights may cancel out
    assert np.std(moved) < 0.03
    assert seen[0, 0] == pytest.approx(plain_variance(cut), rel=0.1)
    assert seen[0, 0] == pytest.approx(1 / 2 / 30, rel=0.15)  # the variance of a day over its mean, in W


def test_lognormal_days_are_told_by_something_near_their_middle() -> None:
    cut = parts(np.random.default_rng(1).lognormal(0, 1.3, (4000, 30)))
    rates, seen = fit_rates(cut, 1)
    assert rates.weights[0, 0, 1:TERMS].sum() > 0.8
    assert seen[0, 0] < 0.7 * plain_variance(cut)


def test_empty_days_and_giants_are_heard_of_few_cycles() -> None:
    """The mean is swayed by both; what tells the level instead are two terms that are nearly alike."""
    cut = parts(day_law(np.random.default_rng(1), (1500, 30)))
    _, seen = fit_rates(cut, 1)
    assert seen[0, 0] < 0.55 * plain_variance(cut)


def test_one_giant_day_is_left_out_nearly_whole_and_usual_days_are_not() -> None:
    rng = np.random.default_rng(1)
    days = rng.gamma(1.2, 1 / 1.2, (4000, 30))
    days[rng.random(days.shape) < 0.02] *= 8
    rates, _ = fit_rates(parts(days), 1)
    usual = np.array([0.2, 0.4, 0.5, 0.7, 0.8, 1.0, 1.2, 1.4, 1.7, 2.1])

    def rate(use: np.ndarray) -> float:
        told = rates.factors(np.zeros(1, dtype=np.int64), shapes(use)[None, None, None])
        return float(use.mean() * told[0, 0, 0])

    with_giant = np.append(usual[:-1], 80.0)
    assert rate(usual) == pytest.approx(usual.mean(), rel=0.15)
    assert rate(with_giant) < 0.3 * with_giant.mean()
    assert rate(with_giant) < 2.5 * rate(usual)


def test_what_is_not_known_teaches_nothing() -> None:
    cut = parts(np.ones((50, 30)))
    rates, seen = fit_rates(cut._replace(rate=np.full_like(cut.rate, np.nan)), 1)
    assert not rates.weights.any()
    assert seen[0, 0] == PRIOR["seen"]
