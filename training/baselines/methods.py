"""The baselines by name, each with the settings that are tried on validation.

To add one, add a `Baseline` to BASELINES: `start` gets what is known and returns a function from a
setting to a scorer; what several settings share is worked out once in between. Settings that share
work stand together in the grid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from config.training import Training
from models.catalogue import Catalogue
from models.taste import Taste
from training.baselines.confidence import Combine, combined, confidences, lifts, pair_counts
from training.baselines.ease import ease_on_baskets, ease_on_customers
from training.baselines.factors import by_cart, by_customer
from training.baselines.frequency import by_ranking, gp_topfreq, personal_frequency, popularity
from training.baselines.history import History, Scorer
from training.baselines.neighbours import MAX_NEIGHBOURS, nearest, tifu, tifu_vectors, up_cf
from training.data.orders import Orders
from training.fitting.popularity import fit_popularity
from training.fitting.progress import Progress, silent
from training.fitting.taste import fit_taste
from training.matrices import purchase_matrix

Setting = Mapping[str, Any]
Fit = Callable[[Setting], Scorer]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What may be known at a cut: the orders before it, in two forms; `last_day` is the day before it."""

    orders: Orders
    history: History
    catalogue: Catalogue
    last_day: int
    settings: Training
    progress: Progress = silent


@dataclass(frozen=True, slots=True)
class Baseline:
    """A method, what it is asked for, and the settings to try, in order; of equals the first is taken.

    then  values of further axes, tried around the best settings of the grid
    """

    name: str
    start: Callable[[Known], Fit]
    grid: Callable[[Training], tuple[Setting, ...]]
    customers: bool = True
    carts: bool = False
    then: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def around(self, setting: Setting) -> list[Setting]:
        """The setting with every combination of the values of `then`, itself left out."""
        combinations = product(*self.then.values()) if self.then else ()
        varied = [{**setting, **dict(zip(self.then, values, strict=True))} for values in combinations]
        return [other for other in varied if other != setting]


def settings_of(**axes: tuple[Any, ...]) -> Callable[[Training], tuple[Setting, ...]]:
    """Every combination of the values of the axes; the last axis varies fastest."""
    grid = tuple(dict(zip(axes, values, strict=True)) for values in product(*axes.values()))
    return lambda _: grid


def _popularity(known: Known) -> Fit:
    return lambda setting: popularity(known.history, setting["days"] or np.inf)


def _trending(known: Known) -> Fit:
    def fit(setting: Setting) -> Scorer:
        asked = known.settings.popularity.model_copy(update={"trending_days": setting["days"]})
        fitted = fit_popularity(known.orders.lines, known.catalogue, asked, known.last_day)
        return by_ranking(fitted.rising().products, known.history.n_products)

    return fit


def _personal_frequency(known: Known) -> Fit:
    return lambda setting: personal_frequency(known.history, setting["half_life_days"])


def _gp_topfreq(known: Known) -> Fit:
    return lambda _: gp_topfreq(known.history)


def _tifu(known: Known) -> Fit:
    history = known.history

    @lru_cache(maxsize=1)
    def shared(group: int, within: float, between: float) -> tuple[csr_matrix, np.ndarray]:
        vectors = tifu_vectors(history, group, within, between)
        return vectors, nearest(vectors, history.asked, MAX_NEIGHBOURS)

    def fit(setting: Setting) -> Scorer:
        vectors, near = shared(setting["group"], *setting["decays"])
        return tifu(vectors, history.asked, near, setting["neighbours"], setting["alpha"])

    return fit


def _up_cf(known: Known) -> Fit:
    return lambda setting: up_cf(known.history, setting["recent"], setting["locality"], setting["asymmetry"])


def _ease(known: Known) -> Fit:
    return lambda setting: ease_on_customers(known.history, setting["half_life_days"], setting["ridge"])


def _ease_on_baskets(known: Known) -> Fit:
    return lambda setting: ease_on_baskets(known.history, setting["size_power"], setting["ridge"])


def _als(known: Known) -> Fit:
    return lambda setting: by_customer(_taste(known, setting))


def _als_on_carts(known: Known) -> Fit:
    return lambda setting: by_cart(_taste(known, setting))


def _taste(known: Known, setting: Setting) -> Taste:
    orders, asked = known.orders, known.settings.taste
    purchases = purchase_matrix(
        orders.lines, len(orders.customers), len(orders.products), known.last_day, asked.half_life_days
    )
    return fit_taste(
        purchases,
        factors=asked.factors,
        iterations=asked.iterations,
        regularization=setting["regularization"],
        alpha=setting["alpha"],
        seed=known.settings.seed,
        threads=known.settings.threads,
        progress=known.progress,
    )


def _als_trials(settings: Training) -> tuple[Setting, ...]:
    """The trials of [training.taste], and the stronger regularization that suits grocers."""
    more = {"regularization": 100.0, "alpha": 1.0}
    return (*(trial.model_dump() for trial in settings.taste.trials), more)


def _rules(combine: Combine) -> Callable[[Known], Fit]:
    def start(known: Known) -> Fit:
        pairs, orders = pair_counts(known.history), known.history.product_orders()
        return lambda setting: combined(confidences(pairs, orders, setting["min_pair_orders"]), combine)

    return start


def _lift(known: Known) -> Fit:
    history = known.history
    pairs, orders = pair_counts(history), history.product_orders()
    return lambda setting: combined(
        lifts(pairs, orders, history.baskets.shape[0], setting["min_pair_orders"]), setting["combine"]
    )


TIFU_DECAYS = ((0.9, 0.7), (0.9, 0.9), (1.0, 0.6))  # within a group, between groups

BASELINES: tuple[Baseline, ...] = (
    Baseline("popularity", _popularity, settings_of(days=(0, 90, 28)), carts=True),  # 0: all days
    Baseline("trending", _trending, settings_of(days=(28, 7)), carts=True),
    Baseline(
        "personal_frequency",
        _personal_frequency,
        settings_of(half_life_days=(90.0, 30.0, 60.0, 180.0, 365.0)),
        carts=True,
    ),
    Baseline("gp_topfreq", _gp_topfreq, settings_of(), carts=True),
    Baseline(
        "tifu_knn",
        _tifu,
        settings_of(group=(7, 3), decays=TIFU_DECAYS, neighbours=(300,), alpha=(0.5,)),
        then={"neighbours": (100, 300, 900), "alpha": (0.3, 0.5, 0.7, 0.9)},
    ),
    Baseline(
        "up_cf",
        _up_cf,
        settings_of(recent=(25, 5, 100), locality=(3,), asymmetry=(0.25,)),
        then={"locality": (1, 3, 6), "asymmetry": (0.25, 0.5, 0.75)},
    ),
    Baseline("ease", _ease, settings_of(half_life_days=(60.0, 180.0), ridge=(30.0, 10.0, 100.0, 300.0))),
    Baseline(
        "ease",
        _ease_on_baskets,
        settings_of(size_power=(0.5,), ridge=(30.0, 10.0, 100.0)),
        then={"size_power": (0.0,)},
        customers=False,
        carts=True,
    ),
    Baseline("als", _als, _als_trials),
    Baseline("als", _als_on_carts, _als_trials, customers=False, carts=True),
    Baseline("max_confidence", _rules("max"), settings_of(min_pair_orders=(1, 3, 10)), carts=True),
    Baseline("sum_confidence", _rules("sum"), settings_of(min_pair_orders=(1, 3, 10)), carts=True),
    Baseline("lift", _lift, settings_of(min_pair_orders=(10, 3, 30), combine=("max", "sum")), carts=True),
)
