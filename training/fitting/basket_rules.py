"""Fit rules with two or three antecedents: those that say more than any of their parts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from config.training import BoughtTogether as BoughtTogetherSettings
from models.arrays import frozen
from models.basket_rules import MAX_ANTECEDENTS, BasketRules, rule_key
from models.bought_together import lift_lower_bound, shrunk_score
from models.ids import UNKNOWN
from training.fitting.itemset_counts import ItemsetCounts
from training.fitting.itemsets import frequent_itemsets
from training.fitting.progress import Progress, silent

log = logging.getLogger(__name__)

SAMPLE = 20_000  # baskets FP-growth looks at; the rules it finds are counted over all
# FP-growth's time goes with the triples whose three pairs are all frequent: these take about 8 s. That, and
# not the clock, is what bounds it: rules that a slow hour cuts off are not those of a quick one.
MAX_TRIPLES = 100_000
ATTEMPTS = (0.5, 0.3, 0.2)  # shares of the time allowed; after each, the minimum is raised
RAISE = 3
MAX_ITEMSETS = 60_000  # counted exactly, the most frequent; about 0.1 ms each on 3 million baskets


class _Rules(NamedTuple):
    """Rules in columns of the frequent part: antecedents int32 [n, 3] padded with -1, the rest [n]."""

    antecedents: np.ndarray
    consequents: np.ndarray
    rule_orders: np.ndarray
    antecedent_orders: np.ndarray
    consequent_orders: np.ndarray
    scores: np.ndarray


def fit_basket_rules(
    baskets: csr_matrix,
    settings: BoughtTogetherSettings,
    seed: int,
    threads: int = 2,
    progress: Progress = silent,
) -> BasketRules:
    """Rules with 2 to `max_antecedents` antecedents, the `max_rules` best by shrunk score.

    `baskets` int32 ones [n_orders, n_products]; empty rows are no baskets. Looked at are the
    `max_frequent_products` most bought products. A rule is kept if the lower 95 % bound of its
    confidence is above the confidence of every rule with fewer of its antecedents and above the base
    rate. If `max_seconds` are not enough even for the most frequent itemsets, there are no rules and the
    log says why: training goes on.
    """
    columns = _most_bought(baskets, settings.max_frequent_products)
    if not _fits_keys(baskets.shape[1]):
        columns = columns[:0]
    frequent = baskets[:, columns]
    all_orders = int(np.count_nonzero(np.diff(baskets.indptr)))
    itemsets = _itemsets(frequent, settings, seed, progress)
    found = _joined(_rules(frequent, itemsets, all_orders, settings, threads))
    return _assemble(_highest(found, settings.max_rules), columns, all_orders, baskets.shape[1])


def _fits_keys(n_products: int) -> bool:
    try:
        rule_key((0, 1), n_products)
    except OverflowError as error:
        log.warning("no basket rules: %s", error)
        return False
    return True


def _most_bought(baskets: csr_matrix, n: int) -> np.ndarray:
    """The n products in most baskets, ascending by index."""
    counts = np.bincount(baskets.indices, minlength=baskets.shape[1])
    most = np.argsort(-counts, kind="stable")[:n]
    return np.sort(most[counts[most] > 0])


def _itemsets(
    frequent: csr_matrix, settings: BoughtTogetherSettings, seed: int, progress: Progress
) -> np.ndarray:
    """Itemsets int32 [n, max_antecedents + 1] as in `frequent_itemsets`; none if time ran out."""
    length = settings.max_antecedents + 1
    nothing = np.empty((0, length), dtype=np.int32)
    sample = _sample(frequent, seed)
    if settings.max_antecedents < 2 or settings.max_rules == 0 or sample.shape[0] < settings.min_pair_orders:
        return nothing
    min_count = _affordable_count(sample, settings.min_pair_orders)
    for share in ATTEMPTS:
        if min_count > sample.shape[0]:
            return nothing  # no itemset is in more baskets than there are
        progress(f"basket_rules: itemsets in at least {min_count:,} of {sample.shape[0]:,} baskets")
        found = frequent_itemsets(sample, min_count, length, share * settings.max_seconds)
        if found is not None:
            return found[:MAX_ITEMSETS]
        min_count *= RAISE
    log.warning(
        "no basket rules: FP-growth over %d products did not finish within max_seconds = %g of "
        "[training.bought_together], though only itemsets in at least %d of %d baskets were asked for",
        frequent.shape[1],
        settings.max_seconds,
        min_count // RAISE,
        sample.shape[0],
    )
    return nothing


def _sample(frequent: csr_matrix, seed: int) -> csr_matrix:
    """At most SAMPLE of the baskets that can hold an itemset of three."""
    eligible = np.flatnonzero(np.diff(frequent.indptr) > 2)
    if len(eligible) > SAMPLE:
        eligible = np.sort(np.random.default_rng(seed).choice(eligible, SAMPLE, replace=False))
    return frequent[eligible]


def _affordable_count(sample: csr_matrix, at_least: int) -> int:
    """The smallest number of baskets an itemset can be asked to be in without too many candidates."""
    pairs = (sample.T @ sample).toarray()
    np.fill_diagonal(pairs, 0)
    low, high = at_least, max(at_least, int(pairs.max(initial=0)) + 1)
    while low < high:
        middle = (low + high) // 2
        frequent = (pairs >= middle).astype(np.float32)
        triples = float(np.vdot(frequent @ frequent, frequent)) / 6  # closed walks of three steps
        low, high = (low, middle) if triples <= MAX_TRIPLES else (middle + 1, high)
    return low


def _rules(
    frequent: csr_matrix,
    itemsets: np.ndarray,
    all_orders: int,
    settings: BoughtTogetherSettings,
    threads: int,
) -> list[_Rules]:
    if not len(itemsets):
        return []
    counts = ItemsetCounts(frequent, threads)
    lengths = (itemsets >= 0).sum(axis=1)
    found = []
    for length in range(3, itemsets.shape[1] + 1):
        chosen = itemsets[lengths == length, :length]
        counts.add(chosen)
        for antecedents, consequents in _splits(chosen):
            found.append(_judge(antecedents, consequents, counts, all_orders, settings))
    return found


def _splits(itemsets: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each column of the itemsets [n, length] in turn as consequents [n], the others as antecedents."""
    for column in range(itemsets.shape[1]):
        yield np.delete(itemsets, column, axis=1), itemsets[:, column]


def _judge(
    antecedents: np.ndarray,
    consequents: np.ndarray,
    counts: ItemsetCounts,
    all_orders: int,
    settings: BoughtTogetherSettings,
) -> _Rules:
    """The rules antecedents [n, length] -> consequents [n] that are worth keeping."""
    together = counts.of(_with(antecedents, consequents))
    before, after = counts.of(antecedents), counts.of(consequents[:, None])
    needed = after / all_orders
    for size in range(1, antecedents.shape[1]):
        for part in combinations(range(antecedents.shape[1]), size):
            fewer = antecedents[:, part]
            needed = np.maximum(needed, counts.of(_with(fewer, consequents)) / counts.of(fewer))
    lower = lift_lower_bound(together, before, after, all_orders) * after / all_orders
    keep = (together >= settings.min_pair_orders) & (lower > needed)
    scores = shrunk_score(
        together,
        before,
        after,
        all_orders,
        damping=settings.damping,
        discount=settings.popularity_discount,
    )
    padded = np.full((len(antecedents), MAX_ANTECEDENTS), -1, dtype=np.int32)
    padded[:, : antecedents.shape[1]] = antecedents
    return _Rules(*(part[keep] for part in (padded, consequents, together, before, after, scores)))


def _with(antecedents: np.ndarray, consequents: np.ndarray) -> np.ndarray:
    return np.sort(np.column_stack([antecedents, consequents]), axis=1)


def _joined(found: list[_Rules]) -> _Rules:
    nothing = np.empty(0, dtype=np.int32)
    none = _Rules(np.empty((0, MAX_ANTECEDENTS), dtype=np.int32), *(nothing,) * 5)
    return _Rules(*(np.concatenate(parts) for parts in zip(*found, none, strict=True)))


def _highest(rules: _Rules, n: int) -> _Rules:
    """The n rules with the highest scores; of equal ones those found first."""
    kept = np.sort(np.argsort(-rules.scores, kind="stable")[:n])
    return _Rules(*(part[kept] for part in rules))


def _assemble(rules: _Rules, columns: np.ndarray, all_orders: int, n_products: int) -> BasketRules:
    """The rules in product indices, by key, then score, then consequent."""
    antecedents = np.where(rules.antecedents >= 0, columns[rules.antecedents], UNKNOWN).astype(np.int32)
    consequents = columns[rules.consequents].astype(np.int32)
    scores = rules.scores.astype(np.float32)
    keys = np.array(
        [rule_key(tuple(item for item in row if item >= 0), n_products) for row in antecedents.tolist()],
        dtype=np.int64,
    )
    order = np.lexsort((consequents, -scores, keys))
    return BasketRules(
        keys=frozen(keys[order]),
        antecedents=frozen(antecedents[order]),
        consequents=frozen(consequents[order]),
        rule_orders=frozen(rules.rule_orders[order].astype(np.int32)),
        antecedent_orders=frozen(rules.antecedent_orders[order].astype(np.int32)),
        consequent_orders=frozen(rules.consequent_orders[order].astype(np.int32)),
        scores=frozen(scores[order]),
        all_orders=frozen(np.array([all_orders], dtype=np.int64)),
        n_products=frozen(np.array([n_products], dtype=np.int64)),
    )
