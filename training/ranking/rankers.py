"""Fit the learned orders: LightGBM, and for all products networks, over examples from several cuts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import expit

from training.fitting.progress import Progress, silent
from training.ranking.examples import NEGATIVES, Examples, Happened, Order, Outcome, joined
from training.ranking.networks import Networks, fit_network, scaling_of

if TYPE_CHECKING:
    import lightgbm  # see why_not

# Cross-entropy of single candidates, customers weighted alike, was better than lambdarank on validation;
# many weak trees on few columns each better than fewer strong ones.
COMMON: Mapping[str, Any] = {
    "objective": "binary",
    "lambda_l2": 5.0,
    "max_bin": 63,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_pre_filter": False,
    "force_row_wise": True,  # the same trees as by columns, in fewer seconds
    "deterministic": True,
    "verbose": -1,
}
PARAMETERS: Mapping[Order, Mapping[str, Any]] = {
    "all": {"learning_rate": 0.06, "num_leaves": 15, "min_data_in_leaf": 1000, "feature_fraction": 0.2},
    "new": {"learning_rate": 0.04, "num_leaves": 15, "min_data_in_leaf": 300, "feature_fraction": 0.5},
}
FIRST_SIGHT = 0.25  # share of the trees that a rough order is by
ROUNDS: Mapping[Order, int] = {"all": 175, "new": 200}
MANY = 1_500_000  # examples; of more one forest is grown and one network, two would take minutes
MOST = 2_500_000  # examples; of more so many are drawn
FEWEST_BOUGHT = 300  # examples of a purchase: with fewer there is no order to learn
MOST_OF_NETWORKS = 1_000_000  # examples; of more so many are drawn for networks
ENOUGH_BOUGHT = 3_000  # examples of a purchase that a network needs to be as good as a forest


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """A learned order of candidates: the mean of a forest and of two networks, which count as much as it.

    One network learns from the window, the other and the forest from its first basket: the first basket says
    what is due, the window has more purchases to learn from (docs/accuracy.md). Of new products, and of too
    few purchases for networks, there is a forest of each instead.

    trees     LightGBM's text models, which can be sent to a process
    networks  none for new products, of which they order what is hardly ever bought worse than trees
    """

    order: Order
    trees: tuple[str, ...]
    networks: Networks | None = None

    def ready(self) -> ReadyRanker:
        """The same with its trees loaded, to be asked in this process."""
        import lightgbm  # noqa: PLC0415  # see why_not

        whole = tuple(lightgbm.Booster(model_str=trees) for trees in self.trees)
        # Forests of their own, and not the first trees of the same: LightGBM keeps in the forest how many
        # of its trees are asked, also while another thread asks it.
        first = tuple(
            lightgbm.Booster(
                model_str=forest.model_to_string(num_iteration=math.ceil(FIRST_SIGHT * forest.num_trees()))
            )
            for forest in whole
        )
        return ReadyRanker(self.order, whole, first, self.networks)


@dataclass(frozen=True, slots=True, eq=False)
class ReadyRanker:
    """A ranker that can be asked, by several threads at a time.

    first  the first FIRST_SIGHT of the trees of each of the forests
    """

    order: Order
    forests: tuple[lightgbm.Booster, ...]
    first: tuple[lightgbm.Booster, ...]
    networks: Networks | None

    def chances(self, features: np.ndarray) -> np.ndarray:
        """How likely candidates (features float32 [n, n_features]) are to be bought: float32 [n], 0 to 1."""
        log_odds = _mean_of(self.forests, features)
        if self.networks is not None:
            log_odds = (log_odds + self.networks.log_odds(features)) / 2
        # Only a share of what was not bought was learned from: without that, chances are too high.
        return np.asarray(expit(log_odds + np.log(NEGATIVES[self.order])), dtype=np.float32)

    def at_first_sight(self, features: np.ndarray) -> np.ndarray:
        """Log-odds float64 [n] by the first trees alone, which say the most: a rough order, soon told."""
        return _mean_of(self.first, features)


def _mean_of(forests: Sequence[lightgbm.Booster], features: np.ndarray) -> np.ndarray:
    """Log-odds float64 [n]."""
    told = [forest.predict(features, num_threads=1, raw_score=True) for forest in forests]
    return np.asarray(np.mean(told, axis=0))


def why_not() -> str | None:
    """Why no order can be learned on this machine: LightGBM comes without the OpenMP runtime it needs."""
    try:
        import lightgbm  # noqa: F401, PLC0415  # where it cannot be loaded, training goes on without it
    except (ImportError, OSError) as error:
        return f"LightGBM cannot be loaded (Debian's libgomp1 is needed): {error}"
    return None


def fit_orders(
    examples: Mapping[Order, Sequence[Examples]], seed: int, threads: int, progress: Progress = silent
) -> dict[Order, Ranker | None]:
    """A ranker of each order; None where too few purchases are among its examples.

    Forests and networks are grown side by side, each in a thread of its own, or in several where there are
    more threads than these: threads of one forest wait for each other at every leaf. The result is the same
    for any number of threads.
    """
    plans = {order: _plan(order, _drawn(joined(parts), MOST, seed)) for order, parts in examples.items()}
    wanted = sum(len(plan.forests) + bool(plan.networks) for plan in plans.values())
    at_a_time = max(1, min(threads, wanted))
    each = max(1, threads // at_a_time)
    with ThreadPoolExecutor(at_a_time) as pool:
        # Forests take longest, and what is long is begun first.
        forests = {
            order: [
                pool.submit(_forest, order, plan, number, seed, each, progress)
                for number in range(len(plan.forests))
            ]
            for order, plan in plans.items()
        }
        networks = {
            order: pool.submit(_networks, plan.drawn, plan.networks, seed, progress)
            for order, plan in plans.items()
            if plan.networks
        }
        return {
            order: Ranker(
                order,
                tuple(forest.result() for forest in grown),
                networks[order].result() if order in networks else None,
            )
            if grown
            else None
            for order, grown in forests.items()
        }


class _Plan(NamedTuple):
    """What to learn from these examples: a forest and a network of each of these outcomes."""

    drawn: Examples
    forests: Sequence[Happened]
    networks: Sequence[Happened]


def _plan(order: Order, drawn: Examples) -> _Plan:
    wanted = _outcomes(drawn)
    of_networks = [name for name in wanted if order == "all" and _is_enough(drawn.outcome(name))]
    # With networks the window is learned from already: a forest of its first basket adds the most.
    of_forests = wanted[-1:] if of_networks else wanted
    if len(drawn.features) > MANY:
        of_forests, of_networks = of_forests[:1], of_networks[:1]
    return _Plan(drawn, of_forests, of_networks)


def _forest(order: Order, plan: _Plan, number: int, seed: int, threads: int, progress: Progress) -> str:
    """LightGBM's text model of the outcome of that number."""
    import lightgbm  # noqa: PLC0415  # see why_not

    drawn, outcome = plan.drawn, plan.drawn.outcome(plan.forests[number])
    progress(
        f"ranker of {order} products, {number + 1} of {len(plan.forests)}: {len(drawn.features):,} examples"
    )
    fewest = min(PARAMETERS[order]["min_data_in_leaf"], max(20, int(outcome.bought.sum()) // 20))
    parameters = {
        **COMMON, **PARAMETERS[order], "seed": seed + number, "min_data_in_leaf": fewest,
        "num_threads": threads,
    }  # fmt: skip
    data = lightgbm.Dataset(
        drawn.features,
        outcome.bought,
        weight=outcome.weights / outcome.weights.mean(),
        feature_name=list(drawn.names),
        params=parameters,
    )
    return lightgbm.train(parameters, data, ROUNDS[order]).model_to_string()


def _networks(examples: Examples, of: Sequence[Happened], seed: int, progress: Progress) -> Networks:
    """One for each of these outcomes."""
    drawn = _drawn(examples, MOST_OF_NETWORKS, seed)
    scaling, networks = scaling_of(drawn.features), []
    inputs = scaling.inputs(drawn.features)
    for number, name in enumerate(of):
        progress(f"network of all products, {number + 1} of {len(of)}: {len(drawn.features):,} examples")
        networks.append(fit_network(inputs, drawn.outcome(name), seed + number))
    return Networks(scaling, tuple(networks))


def _is_enough(outcome: Outcome) -> bool:
    left = (outcome.bought == 0) & (outcome.weights > 0)
    return bool(outcome.bought.sum() >= ENOUGH_BOUGHT and left.any())


def _drawn(examples: Examples, most: int, seed: int) -> Examples:
    """So many of the examples at most."""
    if len(examples.features) <= most:
        return examples
    rng = np.random.default_rng(seed)
    return examples.at(np.sort(rng.choice(len(examples.features), most, replace=False)))


def _outcomes(examples: Examples) -> tuple[Happened, ...]:
    """What can be learned from: the window and its first basket, unless too little was bought."""
    names: tuple[Happened, ...] = ("window", "first_basket")
    return tuple(name for name in names if examples.outcome(name).bought.sum() >= FEWEST_BOUGHT)
