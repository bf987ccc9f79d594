"""Networks: features become inputs as worked out by hand, and what was planted is learned."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_limits

from training.ranking.examples import Outcome
from training.ranking.networks import FAR, Networks, fit_network, scaling_of

NAN = np.nan


def planted(n: int = 6_000, seed: int = 1) -> tuple[np.ndarray, Outcome]:
    """Bought is what has just one of two signs, which no sum of features tells; a third says nothing."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(n, 3)).astype(np.float32)
    chance = np.where((features[:, 0] > 0) != (features[:, 1] > 0), 0.8, 0.1)
    return features, Outcome((random.random(n) < chance).astype(np.float32), np.ones(n, dtype=np.float32))


def fitted(seed: int = 1) -> Networks:
    return fitted_to(*planted(), seed)


def fitted_to(features: np.ndarray, outcome: Outcome, seed: int = 1) -> Networks:
    scaling = scaling_of(features)
    return Networks(scaling, (fit_network(scaling.inputs(features), outcome, seed),))


def test_features_are_standardised_on_a_signed_logarithmic_scale() -> None:
    e = np.e - 1  # log(1 + e) is 1
    features = np.array([[e, 5], [-e, 5], [e, 5], [-e, 5]], dtype=np.float32)
    inputs = scaling_of(features).inputs(features)
    assert inputs.dtype == np.float32
    assert inputs == pytest.approx(np.array([[1, 0], [-1, 0], [1, 0], [-1, 0]]), abs=1e-6)


def test_what_is_far_out_is_as_extreme_as_it_gets() -> None:
    scaling = scaling_of(np.array([[1], [2], [3]], dtype=np.float32))
    asked = np.array([[np.inf], [-np.inf], [1e9]], dtype=np.float32)
    assert scaling.inputs(asked)[:, 0].tolist() == [FAR, -FAR, FAR]


def test_missing_features_are_at_the_mean_and_told_once() -> None:
    """The first two are missing together, the third by itself, the fourth never, the fifth always."""
    features = np.array([[NAN, NAN, 1, 1, NAN], [1, 2, NAN, 2, NAN], [3, 4, 5, 6, NAN]], dtype=np.float32)
    scaling = scaling_of(features)
    assert scaling.told.tolist() == [0, 2]
    inputs = scaling.inputs(features)
    assert inputs.shape == (3, 7)
    assert inputs[:, 5:].tolist() == [[1, 0], [0, 1], [0, 0]]
    assert not inputs[np.isnan(np.column_stack([features, np.zeros((3, 2))]))].any()


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    features, _ = planted(1_000)
    network = fitted()
    scaling, odds = scaling_of(features), network.log_odds(features)
    monkeypatch.setattr("training.ranking.networks.ROWS", 300)
    again = scaling_of(features)
    assert again.mean == pytest.approx(scaling.mean, abs=1e-6)
    assert again.deviation == pytest.approx(scaling.deviation, rel=1e-5)
    assert network.log_odds(features) == pytest.approx(odds, abs=1e-4)


def test_what_no_sum_of_features_tells_is_learned() -> None:
    asked = np.array([[1, 1, 0], [1, -1, 0], [-1, 1, 0], [-1, -1, 0]], dtype=np.float32)
    assert expit(fitted().log_odds(asked)) == pytest.approx([0.1, 0.8, 0.8, 0.1], abs=0.1)


def test_weights_count_and_rows_without_any_are_left_out() -> None:
    features, outcome = planted()
    wrong = Outcome(1 - outcome.bought, np.zeros_like(outcome.weights))
    both = Outcome(
        np.concatenate([outcome.bought, wrong.bought]), np.concatenate([outcome.weights, wrong.weights])
    )
    network = fitted_to(np.concatenate([features, features]), both)
    assert np.array_equal(network.log_odds(features), fitted().log_odds(features))


def test_the_seed_decides_and_threads_do_not() -> None:
    features, _ = planted(seed=2)
    first = fitted().log_odds(features)
    with threadpool_limits(2, user_api="blas"):
        assert fitted().log_odds(features) == pytest.approx(first, abs=1e-4)
    assert not np.array_equal(first, fitted(seed=2).log_odds(features))


def test_of_several_networks_the_mean_is_told() -> None:
    features, _ = planted(100)
    first, second = fitted(), fitted(seed=2)
    both = Networks(first.scaling, (*first.each, *second.each))
    mean = (first.log_odds(features) + second.log_odds(features)) / 2
    assert both.log_odds(features) == pytest.approx(mean, abs=1e-6)


def test_a_network_can_be_sent_to_a_process() -> None:
    features, _ = planted(100)
    network = fitted()
    copy = pickle.loads(pickle.dumps(network))  # noqa: S301  # our own bytes
    assert np.array_equal(copy.log_odds(features), network.log_odds(features))
    assert network.log_odds(features[:0]).shape == (0,)
