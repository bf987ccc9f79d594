"""Exact counts of itemsets over all baskets, by packed bitmaps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.sparse import csr_matrix

WORD = 64


class ItemsetCounts:
    """How many baskets hold all products of an itemset of one to four columns.

    Itemsets are int32 [n, length] with columns ascending. `add` counts itemsets of three or four;
    `of` then looks them up. Counts of one and two come from a matrix product and are always there.
    """

    def __init__(self, baskets: csr_matrix, threads: int) -> None:
        """`baskets` int32 ones [n_baskets, n_columns], all of them."""
        self.n_columns = baskets.shape[1]
        self._pairs: np.ndarray = (baskets.T @ baskets).toarray().astype(np.int64)
        self._bits = _bitmaps(baskets[np.diff(baskets.indptr) > 2])
        self._threads = threads
        self._keys: dict[int, np.ndarray] = {}
        self._counts: dict[int, np.ndarray] = {}

    def add(self, itemsets: np.ndarray) -> None:
        """Count distinct itemsets int32 [n, 3] or [n, 4]."""
        keys = self._key(itemsets)
        order = np.argsort(keys)
        parts = np.array_split(itemsets[order], self._threads)
        with ThreadPoolExecutor(max_workers=self._threads) as pool:
            counts = list(pool.map(self._count, parts))
        self._keys[itemsets.shape[1]] = keys[order]
        self._counts[itemsets.shape[1]] = np.concatenate(counts)

    def of(self, itemsets: np.ndarray) -> np.ndarray:
        """The counts int64 [n] of itemsets [n, length]; those of three or four must have been added."""
        length = itemsets.shape[1]
        if length <= 2:
            counts: np.ndarray = self._pairs[itemsets[:, 0], itemsets[:, -1]]
        else:
            counts = self._counts[length][np.searchsorted(self._keys[length], self._key(itemsets))]
        return counts

    def _key(self, itemsets: np.ndarray) -> np.ndarray:
        keys = np.zeros(len(itemsets), dtype=np.int64)
        for column in itemsets.T:
            keys = keys * self.n_columns + column
        return keys

    def _count(self, itemsets: np.ndarray) -> np.ndarray:
        """Counts of sorted itemsets: neighbours share their first two products, whose AND is kept."""
        counts = np.zeros(len(itemsets), dtype=np.int64)
        both, all_of = np.empty_like(self._bits[0]), np.empty_like(self._bits[0])
        ones = np.empty(len(both), dtype=np.uint8)
        shared: tuple[int, int] | None = None
        for row, (first, second, *rest) in enumerate(itemsets.tolist()):
            if shared != (first, second):
                np.bitwise_and(self._bits[first], self._bits[second], out=both)
                shared = (first, second)
            np.bitwise_and(both, self._bits[rest[0]], out=all_of)
            for column in rest[1:]:
                np.bitwise_and(all_of, self._bits[column], out=all_of)
            counts[row] = np.bitwise_count(all_of, out=ones).sum(dtype=np.int64)
        return counts


def _bitmaps(baskets: csr_matrix) -> np.ndarray:
    """One bit a basket: uint64 [n_columns, n_words], the last word filled up with zeros."""
    n_baskets, n_columns = baskets.shape
    n_words = -(-n_baskets // WORD)
    by_column = baskets.T.tocsr()
    bits = np.zeros((n_columns, n_words * 8), dtype=np.uint8)
    row = np.zeros(n_words * WORD, dtype=bool)
    for column in range(n_columns):
        members = by_column.indices[by_column.indptr[column] : by_column.indptr[column + 1]]
        row[members] = True
        bits[column] = np.packbits(row)
        row[members] = False
    return bits.view(np.uint64)
