"""How many baskets hold both of two products: exact counts, a block of products at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

# An entry of a block costs 8 bytes here and some 50 more while rules are made of it.
BLOCK_ENTRIES = 4_000_000


class PairBlock(NamedTuple):
    """Pair counts of some antecedents: `counts` [n_rows, n_columns], of the type of the baskets.

    Row 0 is product `first_row`, column 0 product `first_column`. The count of a product with itself is
    the baskets with it. Columns within a row are in no order.
    """

    first_row: int
    first_column: int
    counts: csr_matrix


def pair_counts(
    baskets: csr_matrix, threads: int, *, block_entries: int = BLOCK_ENTRIES, upper: bool = False
) -> Iterator[PairBlock]:
    """The rows of B.T @ B in order, for `baskets` B int32 ones [n_orders, n_products].

    Weighted baskets (float32 w for a product in a basket) give the sums of w_i w_j instead.

    Rows are cut into blocks that cannot hold more than `block_entries` counts (unless one row does), so
    that memory stays bounded however many products there are or however large one order is. SciPy's
    product releases the interpreter lock: `threads` blocks are counted at a time. With `upper`, columns
    before the first row of a block are left out: each pair is in one of its two rows at least, for
    little more than half the time.
    """
    by_product = baskets.T.tocsr()
    bounds = _block_bounds(baskets, by_product, block_entries)
    # One block more than threads: a thread need not wait until the caller has used a block.
    waiting: deque[Future[PairBlock]] = deque()
    remaining, first_column = baskets, 0
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for first, last in pairwise(bounds):
            if upper and first:
                remaining, first_column = remaining[:, first - first_column :], first
            waiting.append(pool.submit(_count, by_product, remaining, (first, last), first_column))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _count(
    by_product: csr_matrix, baskets: csr_matrix, rows: tuple[int, int], first_column: int
) -> PairBlock:
    first, last = rows
    return PairBlock(first, first_column, by_product[first:last] @ baskets)


def _block_bounds(baskets: csr_matrix, by_product: csr_matrix, block_entries: int) -> list[int]:
    """First rows of all blocks, and the number of products at the end."""
    n_products = by_product.shape[0]
    sizes = np.diff(baskets.indptr).astype(np.int64)
    # A product can't be with more others than all baskets that hold it have entries.
    reach = np.concatenate([[0], np.cumsum(sizes[by_product.indices])])
    entries = np.minimum(np.diff(reach[by_product.indptr]), n_products)
    ends = np.cumsum(entries)
    bounds, start, used = [0], 0, 0
    while start < n_products:
        stop = int(np.searchsorted(ends, used + block_entries, side="right"))
        start = max(stop, start + 1)
        used = int(ends[start - 1])
        bounds.append(start)
    return bounds
