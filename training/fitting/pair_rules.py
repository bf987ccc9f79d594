"""Every pair rule above a support, with all its evidence: the same set that FP-growth finds."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from models.bought_together import lift_lower_bound
from training.fitting.pair_counts import pair_counts

# Writing pairs out costs by the pair, the matrix product by the basket a product is in: below this many
# products in the basket of an average order line, writing out is quicker.
SHORT_BASKET = 24
MAX_WRITTEN = 50_000_000  # pairs written out at most: 4 or 8 bytes each
TABLE_BITS = 20  # 8 MB of counters stay within the processor's cache
BLOCK_ENTRIES = 500_000


@dataclass(frozen=True, slots=True, eq=False)
class PairRules:
    """Rules of one antecedent, all arrays [n_rules], by antecedent, then consequent.

    antecedents, consequents                        int32 product indices
    pair_orders, antecedent_orders, consequent_orders  int64 baskets with both, with each
    support, confidence, lift                       float64 shares of baskets, and lift (1 = independent)
    lift_lower_95                                   float64 see `models.bought_together.lift_lower_bound`
    all_orders                                      baskets counted
    """

    antecedents: np.ndarray
    consequents: np.ndarray
    pair_orders: np.ndarray
    antecedent_orders: np.ndarray
    consequent_orders: np.ndarray
    support: np.ndarray
    confidence: np.ndarray
    lift: np.ndarray
    lift_lower_95: np.ndarray
    all_orders: int

    def __len__(self) -> int:
        return len(self.antecedents)


class _Frequent(NamedTuple):
    """Baskets of frequent products alone: `columns` [n_columns] are their product indices, ascending."""

    baskets: csr_matrix
    columns: np.ndarray
    orders: np.ndarray


class _Pairs(NamedTuple):
    """Columns first < second [n], and the baskets with both [n]."""

    first: np.ndarray
    second: np.ndarray
    orders: np.ndarray


def mine_rules(baskets: csr_matrix, min_support: float, threads: int = 2) -> PairRules:
    """All rules antecedent -> consequent with at least this support and a lift of 1 or more.

    `baskets` int32 ones [n_orders, n_products], products ascending in a row; empty rows are no baskets.
    `min_support` is a share of baskets, above 0. Raises ValueError for one outside 0 to 1.
    """
    if not 0 < min_support <= 1:
        raise ValueError(f"min_support = {min_support} is no share of baskets: above 0, at most 1")
    all_orders = int(np.count_nonzero(np.diff(baskets.indptr)))
    # Rounding: 0.003 of 1,000 baskets are 3, not 4.
    min_orders = max(1, int(np.ceil(min_support * all_orders * (1 - 1e-12))))
    frequent = _frequent(baskets, min_orders)
    pairs = _pairs(frequent.baskets, min_orders, threads)
    return _evidence(pairs, frequent, all_orders)


def _frequent(baskets: csr_matrix, min_orders: int) -> _Frequent:
    n_products = baskets.shape[1]
    orders = np.bincount(baskets.indices, minlength=n_products)
    columns = np.flatnonzero(orders >= min_orders)
    new = np.full(n_products, -1, dtype=np.int32)
    new[columns] = np.arange(len(columns), dtype=np.int32)
    indices = new.take(baskets.indices)
    stays = indices >= 0
    before = np.zeros(len(stays) + 1, dtype=baskets.indptr.dtype)
    np.cumsum(stays, out=before[1:])
    ones = np.ones(int(before[-1]), dtype=np.int32)
    shape = (baskets.shape[0], len(columns))
    kept = csr_matrix((ones, indices.compress(stays), before.take(baskets.indptr)), shape=shape)
    return _Frequent(kept, columns.astype(np.int32), orders[columns])


def _pairs(baskets: csr_matrix, min_orders: int, threads: int) -> _Pairs:
    sizes = np.diff(baskets.indptr).astype(np.int64)
    squares = int((sizes * sizes).sum())
    if squares <= min(SHORT_BASKET * baskets.nnz, 2 * MAX_WRITTEN):
        return _pairs_written_out(baskets, min_orders, threads)
    return _pairs_multiplied(baskets, min_orders, threads)


def _pairs_multiplied(baskets: csr_matrix, min_orders: int, threads: int) -> _Pairs:
    found = []
    blocks = pair_counts(baskets, threads, block_entries=BLOCK_ENTRIES, upper=True)
    for first_row, first_column, counts in blocks:
        enough = np.flatnonzero(counts.data >= min_orders)
        rows = first_row + np.searchsorted(counts.indptr, enough, side="right") - 1
        columns, orders = first_column + counts.indices[enough], counts.data[enough]
        upper = rows < columns
        found.append(_Pairs(rows[upper], columns[upper], orders[upper]))
    none = np.empty(0, dtype=np.int64)
    return _Pairs(*(np.concatenate(parts) for parts in zip(*found, (none,) * 3, strict=True)))


def _pairs_written_out(baskets: csr_matrix, min_orders: int, threads: int) -> _Pairs:
    """Each pair of each basket as one number, and the numbers that come often enough counted."""
    n_columns = baskets.shape[1]
    rows = _row_starts(n_columns)
    n_pairs = n_columns * (n_columns - 1) // 2
    with ThreadPoolExecutor(max_workers=threads) as pool:
        parts = list(pool.map(lambda part: _codes(baskets, part, rows), _shares(baskets, threads)))
        if n_pairs <= 1 << (TABLE_BITS + 2):
            counts = _added(pool.map(lambda codes: np.bincount(codes, minlength=n_pairs), parts))
            values = np.flatnonzero(counts >= min_orders)
            return _decoded(values, counts[values], rows)
        # A table with a counter for every pair would not fit the cache. Pairs share counters instead:
        # what is rare even together with what it shares with is rare (Park, Chen, Yu, SIGMOD 1995), and
        # the few others are sorted.
        mask = (1 << TABLE_BITS) - 1
        tables = pool.map(lambda codes: np.bincount(codes & mask, minlength=mask + 1), parts)
        likely = _added(tables) >= min_orders
        kept = np.concatenate(list(pool.map(lambda codes: codes[likely.take(codes & mask)], parts)))
    values, counts = np.unique(kept, return_counts=True)
    enough = counts >= min_orders
    return _decoded(values[enough], counts[enough], rows)


def _row_starts(n_columns: int) -> np.ndarray:
    """What to add to `second` for the number of the pair first < second, by first, [n_columns].

    Pairs are numbered along the rows of the triangle above the diagonal, from 0.
    """
    first = np.arange(n_columns, dtype=np.int64)
    starts = first * n_columns - first * (first + 1) // 2 - first - 1
    return starts.astype(np.int32) if n_columns**2 < 2**31 else starts


def _decoded(values: np.ndarray, orders: np.ndarray, rows: np.ndarray) -> _Pairs:
    # The first pair of a row is (first, first + 1); a row without pairs never holds a value.
    first = np.searchsorted(rows[:-1] + np.arange(1, len(rows)), values, side="right") - 1
    return _Pairs(first, values - rows[first], orders)


def _added(tables: Iterable[np.ndarray]) -> np.ndarray:
    first, *others = tables
    for table in others:
        first += table
    return first


def _shares(baskets: csr_matrix, threads: int) -> list[np.ndarray]:
    """The baskets by size, small ones first, dealt out to the threads like cards."""
    sizes = np.diff(baskets.indptr)
    narrow = (
        sizes.astype(np.uint16) if sizes.max(initial=0) < 2**16 else sizes
    )  # sorted by radix: no comparing
    order = np.argsort(narrow, kind="stable")
    return [order[thread::threads] for thread in range(threads)]


def _codes(baskets: csr_matrix, order: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The number of each pair first < second (see `_row_starts`) of these baskets, in no order.

    `order` [n] are rows of `baskets`, by size.
    """
    kind = rows.dtype
    indices, starts = baskets.indices.astype(kind), baskets.indptr[order]
    sizes = baskets.indptr[order + 1] - starts
    bounds = np.searchsorted(sizes, np.arange(2, sizes.max(initial=0) + 2))
    # As wide as bincount counts them, in one piece: copies cost more here than arithmetic.
    codes = np.empty(int((sizes.astype(np.int64) * (sizes - 1) // 2).sum()), dtype=np.intp)
    end_of_codes = 0
    for size, (begin, end) in enumerate(pairwise(bounds.tolist()), start=2):
        if begin == end:
            continue
        # All baskets of one size at once: [size, n_baskets], a basket is a column.
        together = indices.take(starts[begin:end] + np.arange(size)[:, None])
        offsets = rows.take(together)
        for position in range(size - 1):
            begin_of_codes, end_of_codes = end_of_codes, end_of_codes + (size - 1 - position) * (end - begin)
            into = codes[begin_of_codes:end_of_codes].reshape(size - 1 - position, end - begin)
            np.add(offsets[position], together[position + 1 :], out=into)
    return codes


def _evidence(pairs: _Pairs, frequent: _Frequent, all_orders: int) -> PairRules:
    """Both directions of the pairs with a lift of 1 or more; compared in whole numbers, so exactly."""
    first, second = pairs.first, pairs.second
    independent = frequent.orders[first] * frequent.orders[second]
    positive = pairs.orders.astype(np.int64) * all_orders >= independent
    both = np.concatenate([first[positive], second[positive]])
    other = np.concatenate([second[positive], first[positive]])
    order = np.lexsort((other, both))
    antecedents, consequents = both[order], other[order]
    together = np.tile(pairs.orders[positive].astype(np.int64), 2)[order]
    before, after = frequent.orders[antecedents], frequent.orders[consequents]
    confidence = together / before
    return PairRules(
        antecedents=frequent.columns[antecedents],
        consequents=frequent.columns[consequents],
        pair_orders=together,
        antecedent_orders=before,
        consequent_orders=after,
        support=together / max(all_orders, 1),
        confidence=confidence,
        lift=confidence * all_orders / after,
        lift_lower_95=lift_lower_bound(together, before, after, all_orders),
        all_orders=all_orders,
    )
