"""A small neural network over the features of candidates, beside the forests of the order of all products.

Trees cut features one at a time, a network adds them up: they are wrong about different candidates, and
their mean is better than either (docs/accuracy.md). Fitted by scikit-learn, kept as plain arrays.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from training.ranking.examples import Outcome

HIDDEN = 48  # units; two layers of 64 and 32 were level
ALPHA = 0.01  # weight decay
# Examples of a step: of few examples fewer, since what counts is how many steps are taken in all.
BATCH, SMALLEST_BATCH, STEPS_OF_A_PASS = 1_024, 32, 1_500
RATES = (2e-3, 1e-3, 5e-4, 2e-4)  # learning rate of each pass over the examples
HUGE = np.float32(1e30)  # infinite features are taken for this
FAR = np.float32(4)  # standard deviations beyond which a feature is as extreme as it gets
SELDOM = 0.01  # share of missing values from which on the network is told what is missing
ROWS = 100_000  # that are made ready at a time: dense work


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """How features become inputs: signed logarithms, standardised, missing ones at the mean.

    mean, deviation  float32 [n_features] of the logarithms
    told             int [n_told] features of which the network is told, 0 or 1, where they are missing
    """

    mean: np.ndarray
    deviation: np.ndarray
    told: np.ndarray

    def inputs(self, features: np.ndarray) -> np.ndarray:
        """float32 [n, n_features + n_told] of features float32 [n, n_features]."""
        n_features = features.shape[1]
        made = np.empty((len(features), n_features + len(self.told)), dtype=np.float32)
        for begin in range(0, len(features), ROWS):
            part = features[begin : begin + ROWS]
            standardised = (_signed_logarithms(part) - self.mean) / self.deviation
            known = made[begin : begin + ROWS, :n_features]
            np.nan_to_num(np.clip(standardised, -FAR, FAR, out=known), copy=False, nan=0.0)
            made[begin : begin + ROWS, n_features:] = np.isnan(part[:, self.told])
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """One hidden layer of rectified linear units.

    weights  float32 [n_inputs, HIDDEN] and [HIDDEN, 1]; biases: float32 [HIDDEN] and [1]
    """

    weights: tuple[np.ndarray, np.ndarray]
    biases: tuple[np.ndarray, np.ndarray]

    def log_odds(self, inputs: np.ndarray) -> np.ndarray:
        """float32 [n] that candidates (inputs float32 [n, n_inputs]) are bought."""
        hidden = np.maximum(inputs @ self.weights[0] + self.biases[0], 0)
        odds: np.ndarray = (hidden @ self.weights[1] + self.biases[1])[:, 0]
        return odds


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """Networks of the same inputs; at least one.

    scaling  of the features to inputs
    each     one network of each outcome
    """

    scaling: Scaling
    each: tuple[Network, ...]

    def log_odds(self, features: np.ndarray) -> np.ndarray:
        """float32 [n] their mean, that candidates (features float32 [n, n_features]) are bought."""
        odds = np.empty(len(features), dtype=np.float32)
        for begin in range(0, len(features), ROWS):
            inputs = self.scaling.inputs(features[begin : begin + ROWS])
            odds[begin : begin + ROWS] = np.mean([one.log_odds(inputs) for one in self.each], axis=0)
        return odds


def scaling_of(features: np.ndarray) -> Scaling:
    """The scaling of these features float32 [n, n_features], n above 0; missing ones are NaN."""
    n = len(features)
    known = np.zeros(features.shape[1])
    total, squares = np.zeros_like(known), np.zeros_like(known)
    for begin in range(0, n, ROWS):
        logarithms = _signed_logarithms(features[begin : begin + ROWS]).astype(float)
        known += np.isfinite(logarithms).sum(axis=0)
        total += np.nansum(logarithms, axis=0)
        squares += np.nansum(logarithms**2, axis=0)
    mean = total / np.maximum(known, 1)
    variance = np.maximum(squares / np.maximum(known, 1) - mean**2, 0)
    deviation = np.where(variance > 1e-12, np.sqrt(variance), 1)  # a constant feature stays at its mean
    return Scaling(mean.astype(np.float32), deviation.astype(np.float32), _told(features, known))


def fit_network(inputs: np.ndarray, outcome: Outcome, seed: int) -> Network:
    """A network of examples (inputs float32 [n, n_inputs]), by Adam on weighted cross-entropy; 0 and 1 must
    both be among them.

    In one thread: products of small matrices gain little from more, and the result is the same anywhere.
    """
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415  # takes a second to load
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

    judged = np.flatnonzero(outcome.weights > 0)
    inputs, bought = inputs[judged], outcome.bought[judged].astype(bool)
    weights = outcome.weights[judged] / outcome.weights[judged].mean()
    network = MLPClassifier(
        (HIDDEN,),
        alpha=ALPHA,
        batch_size=min(max(len(judged) // STEPS_OF_A_PASS, SMALLEST_BATCH), BATCH, len(judged)),
        max_iter=1,
        warm_start=True,
        random_state=np.random.RandomState(seed),  # its state goes on: each pass has an order of its own
    )
    with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # one pass at a time never converges
        for rate in RATES:
            network.learning_rate_init = rate
            network.fit(inputs, bought, sample_weight=weights)
    (first, last), (of_first, of_last) = network.coefs_, network.intercepts_
    return Network((first, last), (of_first, of_last))


def _signed_logarithms(features: np.ndarray) -> np.ndarray:
    """Counts, ages and scores span orders of magnitude: sign(x) log(1 + |x|)."""
    logarithms: np.ndarray = np.copysign(np.log1p(np.minimum(np.abs(features), HUGE)), features)
    return logarithms


def _told(features: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Features that are now and then missing; of those missing together the first."""
    missing = 1 - known / len(features)
    seen: dict[bytes, int] = {}
    for column in np.flatnonzero((missing > SELDOM) & (missing < 1)):
        seen.setdefault(np.packbits(np.isnan(features[:, column])).tobytes(), int(column))
    return np.array(sorted(seen.values()), dtype=np.int64)
