"""Everything learned before one cut that candidates and their features are made of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from training.fitting.progress import Progress, silent
from training.ranking.factors import fit_factors
from training.ranking.groups import Grouping
from training.ranking.history import History
from training.ranking.links import fit_cooccurrence, fit_transitions
from training.ranking.neighbours import fit_neighbours, fit_user_wise
from training.ranking.ridge import fit_item_ridge, fit_kernel_ridge
from training.ranking.sources import Source, logs_of
from training.ranking.statistics import product_statistics
from training.threaded import threaded_map

log = logging.getLogger(__name__)

MAX_COLUMNS = 12_000  # products that can be proposed; the rest sells too seldom for anybody's first ten
MAX_REFERENCE = 4_000  # customers that sources are fitted on: some take the third power of it
TOP_LINKS = 100
ALS_REGULARIZATION = 30.0
RECENT_HALF_LIFE, LONG_HALF_LIFE = 60.0, 250.0


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What was known when, as fitted sources and statistics.

    as_of       the first day that is not known
    columns     int32 [n_columns] the products that can be proposed, ascending
    column_of   int32 [n_products] their positions, -1 for the others
    sources     by name, in a fixed order
    popularity  float32 [n_columns] how often bought for the first time lately
    products    statistics, float32 [n_products] each
    """

    as_of: int
    columns: np.ndarray
    column_of: np.ndarray
    sources: Mapping[str, Source]
    popularity: np.ndarray
    products: Mapping[str, np.ndarray]
    groupings: tuple[Grouping, ...]


def fit_snapshot(
    history: History,
    groupings: tuple[Grouping, ...],
    window: int,
    seed: int,
    threads: int,
    progress: Progress = silent,
) -> Snapshot:
    """Fit on at most MAX_REFERENCE customers of the history, drawn at random, blind to what they bought.

    Sources are fitted side by side in so many threads, and are the same for any number.
    """
    reference = sample_of(history, MAX_REFERENCE, seed)
    statistics = product_statistics(reference)
    columns = _columns(statistics)
    column_of = np.full(history.n_products, -1, dtype=np.int32)
    column_of[columns] = np.arange(len(columns))
    return Snapshot(
        as_of=history.as_of,
        columns=columns,
        column_of=column_of,
        sources=_sources(reference, columns, window, seed, threads, progress),
        popularity=(statistics["new_share_28"] + 0.3 * statistics["new_share_7"])[columns],
        products=statistics,
        groupings=groupings,
    )


def sample_of(history: History, most: int, seed: int) -> History:
    """The history of at most so many customers with a basket."""
    customers = np.unique(history.basket_customer)
    if len(customers) > most:
        customers = np.sort(np.random.default_rng(seed).choice(customers, most, replace=False))
    return history.take(customers)


def _columns(statistics: Mapping[str, np.ndarray]) -> np.ndarray:
    """The products bought most often lately, ascending; those never bought are left out."""
    bought = np.flatnonzero(statistics["per_buyer"] > 0)
    score = statistics["share_90"][bought] + 0.1 * statistics["share_ever"][bought]
    return np.sort(bought[np.argsort(-score, kind="stable")[:MAX_COLUMNS]]).astype(np.int32)


def _sources(
    history: History, columns: np.ndarray, window: int, seed: int, threads: int, progress: Progress
) -> dict[str, Source]:
    """Those that can be fitted; what cannot is left out, and the log says so."""
    fits: dict[str, Callable[[], Source]] = {
        "item_ridge": lambda: fit_item_ridge(history, columns, RECENT_HALF_LIFE, 30.0),
        "item_ridge_long": lambda: fit_item_ridge(history, columns, LONG_HALF_LIFE, 100.0),
        "kernel_ridge": lambda: _kernel_ridge(history, columns, window),
        "taste": lambda: fit_factors(history, columns, ALS_REGULARIZATION, seed),
        "neighbours": lambda: fit_neighbours(history, columns),
        "user_wise": lambda: fit_user_wise(history, columns),
        "cooccurrence": lambda: fit_cooccurrence(history, columns, TOP_LINKS),
        "transitions": lambda: fit_transitions(history, columns, TOP_LINKS),
    }

    def fitted(name: str) -> Source | None:
        progress(f"candidates: {name}")
        try:
            return fits[name]()
        except (ValueError, np.linalg.LinAlgError, IndexError) as error:
            log.warning("candidates of %s are left out: %s", name, error)
            return None

    sources = zip(fits, threaded_map(fitted, fits, threads), strict=True)
    return {name: source for name, source in sources if source is not None}


def _kernel_ridge(history: History, columns: np.ndarray, window: int) -> Source:
    """Examples are the histories one to three windows ago, and what followed them."""
    examples: list[tuple[csr_matrix, csr_matrix]] = []
    for back in (1, 2, 3):
        cut = history.as_of - back * window
        earlier, truth = history.before(cut), history.truth(cut, cut + window)
        judged = np.flatnonzero((earlier.basket_counts() >= 1) & (np.diff(truth.window.indptr) > 0))
        if len(judged):
            x = logs_of(earlier, columns, RECENT_HALF_LIFE)[judged]
            examples.append((x, truth.window[judged][:, columns].tocsr()))
    if not examples:
        raise ValueError(f"no customer bought in the last {3 * window} days and before")
    return fit_kernel_ridge(_at_most(examples), columns, RECENT_HALF_LIFE, 200.0)


def _at_most(
    examples: list[tuple[csr_matrix, csr_matrix]], most: int = 4_000
) -> list[tuple[csr_matrix, csr_matrix]]:
    """Fewer of each where they are too many: the time is their third power."""
    total = sum(x.shape[0] for x, _ in examples)
    if total <= most:
        return examples
    fewer = []
    for x, y in examples:
        n = x.shape[0] * most // total
        rows = np.arange(n) * x.shape[0] // max(n, 1)
        fewer.append((x[rows], y[rows]))
    return fewer
