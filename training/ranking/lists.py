"""Write the lists of known customers: candidates, features, rankers, block by block."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

import numpy as np

from config.training import Ranking, Training
from models.arrays import frozen
from models.catalogue import Catalogue
from models.ranked_lists import SOURCES, CustomerLists, RankedLists, no_customer_lists, no_ranked_lists
from training.fitting.progress import Progress, silent
from training.ranking.candidates import CandidateRows, candidates, places
from training.ranking.examples import blocks_of
from training.ranking.features import features
from training.ranking.fit import Rankers
from training.ranking.groups import groupings
from training.ranking.history import History
from training.ranking.shortlist import chances_of, shortlist
from training.ranking.snapshot import Snapshot, fit_snapshot
from training.threaded import threaded_map

log = logging.getLogger(__name__)

Block = tuple[RankedLists, RankedLists, RankedLists]


def write_lists(
    history: History,
    catalogue: Catalogue,
    rankers: Rankers,
    settings: Training,
    *,
    customers: np.ndarray | None = None,
    progress: Progress = silent,
) -> CustomerLists:
    """The lists of `customers` (positions, ascending; all if None) as of the day after the history.

    Variants of a product that was bought are not new.
    """
    ranking, threads = settings.ranking, settings.threads
    wanted = _latest(history, ranking.max_lists) if customers is None else customers
    snapshot = fit_snapshot(history, groupings(catalogue), rankers.window, settings.seed, threads, progress)
    if not snapshot.sources:
        return no_customer_lists(history.n_customers)
    blocks = _blocks(len(wanted), len(snapshot.columns), threads)
    lists = tuple(no_ranked_lists(history.n_customers, ranking.list_length) for _ in range(3))
    lists_of = _lists_of(history.take(wanted), snapshot, rankers, ranking, catalogue.family)
    for block, found in zip(blocks, threaded_map(lists_of, blocks, threads), strict=True):
        for whole, part in zip(lists, found, strict=True):
            whole.products[wanted[block]] = part.products
            whole.scores[wanted[block]] = part.scores
            whole.sources[wanted[block]] = part.sources
        progress(f"customers' lists: {int(block[-1]) + 1:,} of {len(wanted):,}")
    return CustomerLists(
        *(RankedLists(*(frozen(a) for a in (x.products, x.scores, x.sources))) for x in lists)
    )


def _blocks(n_customers: int, n_columns: int, n_threads: int) -> list[np.ndarray]:
    """All positions in blocks whose dense scores fit, equally many of the same size for each thread: whatever
    has one more keeps the others waiting.
    """
    positions = np.arange(n_customers)
    rounds = math.ceil(len(blocks_of(positions, n_columns)) / n_threads)
    return [block for block in np.array_split(positions, max(rounds, 1) * n_threads) if len(block)]


def _latest(history: History, most: int) -> np.ndarray:
    """The customers who bought last, ascending, at most so many."""
    last = np.full(history.n_customers, -1, dtype=np.int64)
    np.maximum.at(last, history.basket_customer, history.basket_day)
    customers = np.flatnonzero(last >= 0)
    if len(customers) <= most:
        return customers
    log.warning(
        "lists are ranked for the %d of %d customers who bought last (training.ranking.max_lists);"
        " the others' are mixed by weight",
        most,
        len(customers),
    )
    return np.sort(customers[np.argsort(-last[customers], kind="stable")[:most]])


def _lists_of(
    history: History, snapshot: Snapshot, rankers: Rankers, settings: Ranking, family: np.ndarray
) -> Callable[[np.ndarray], Block]:
    order_of_all, order_of_new = rankers.all.ready(), rankers.new.ready()
    code = np.array([SOURCES.index(_KNOWN_AS.get(name, name)) for name in snapshot.sources], dtype=np.uint8)
    again_code = SOURCES.index("buy_again")

    def lists(block: np.ndarray) -> Block:
        customers = history.take(block)
        rows = candidates(customers, snapshot)
        matrix = features(customers, snapshot, rows).matrix()
        new = ~rows.owned & ~_variant_owned(rows, family)
        again = shortlist(order_of_all, matrix, rows.customer, rows.owned, settings.list_length)
        longest = max(settings.list_length, settings.mixed_length)
        fresh = shortlist(order_of_new, matrix, rows.customer, new, longest)
        of_all = chances_of(order_of_all, matrix, np.union1d(again, fresh))
        of_new = chances_of(order_of_new, matrix, fresh)
        of_mixed = _mixed(rows, of_all, of_new, new, settings.mixed_length)
        sources = np.where(rows.owned, again_code, code[rows.best])
        n = customers.n_customers
        return (
            _best(rows, of_new, sources, new, n, settings.list_length),
            _best(rows, of_mixed, sources, new, n, settings.list_length),
            _best(rows, of_all, sources, rows.owned, n, settings.list_length),
        )

    return lists


# Sources as answers name them: what a reason can be given for.
_KNOWN_AS = {
    "item_ridge_long": "item_ridge",
    "kernel_ridge": "item_ridge",
    "neighbours": "taste",
    "user_wise": "taste",
    "cooccurrence": "item_ridge",
    "transitions": "item_ridge",
}


def _variant_owned(rows: CandidateRows, family: np.ndarray) -> np.ndarray:
    """bool [n]: did the customer buy a variant of the candidate?"""
    width = int(family.max(initial=0)) + 1
    keys = rows.customer.astype(np.int64) * width + family[rows.product]
    found: np.ndarray = np.isin(keys, keys[rows.owned])
    return found


def _mixed(
    rows: CandidateRows, of_all: np.ndarray, of_new: np.ndarray, new: np.ndarray, length: int
) -> np.ndarray:
    """float32 [n_rows]: the chance by the order of all products for each customer's `length` best of the
    new ones, and below all of these the rest by the order of new products.
    """
    at = np.flatnonzero(new)
    customer = rows.customer[at]
    starts = customer.searchsorted(np.arange(int(customer.max(initial=-1)) + 1))
    first = places(customer, starts, of_all[at]) < length
    lowest = np.full(len(starts), np.float32(1))
    np.minimum.at(lowest, customer[first], of_all[at][first])
    scores = of_all.copy()
    rest = at[~first]
    scores[rest] = of_new[rest] * lowest[rows.customer[rest]]
    return scores


def _best(
    rows: CandidateRows, scores: np.ndarray, sources: np.ndarray, allowed: np.ndarray, n: int, length: int
) -> RankedLists:
    """The highest of the allowed rows of each of n customers."""
    at = np.flatnonzero(allowed)
    customer = rows.customer[at]
    place = places(customer, customer.searchsorted(np.arange(n)), scores[at]).astype(np.int64)
    kept = place < length
    lists = no_ranked_lists(n, length)
    where = (customer[kept], place[kept])
    lists.products[where], lists.scores[where] = rows.product[at[kept]], scores[at[kept]]
    lists.sources[where] = sources[at[kept]]
    return lists
