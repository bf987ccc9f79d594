"""Frequent itemsets by mlxtend's FP-growth, in a process of its own that can be stopped.

The process is spawned, never forked: the fitting process has used OpenMP, which does not survive a fork.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection

import numpy as np
from scipy.sparse import csr_matrix

MIN_LENGTH = 3  # counts of single products and of pairs are exact already


def frequent_itemsets(
    baskets: csr_matrix, min_count: int, max_length: int, seconds: float
) -> np.ndarray | None:
    """Itemsets of 3 to `max_length` columns that are in at least `min_count` rows of `baskets`.

    `baskets` int32 ones [n_baskets, n_columns]. Returns int32 [n_itemsets, max_length], columns ascending,
    padded with -1 at the end, itemsets in most rows first (shorter ones first where equal, then by
    columns: the subsets of an itemset stand before it); None if `seconds` or memory were
    not enough.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_mine, args=(sender, baskets, min_count, max_length), daemon=True)
    process.start()
    sender.close()  # so that the death of the child is seen as the end of the pipe
    try:
        itemsets: np.ndarray | None = receiver.recv() if receiver.poll(seconds) else None
    except EOFError:  # the child was killed, by the kernel for its memory for instance
        return None
    else:
        return itemsets
    finally:
        process.kill()
        process.join()
        receiver.close()


def _mine(sender: Connection, baskets: csr_matrix, min_count: int, max_length: int) -> None:
    """The child: only here are pandas and mlxtend imported."""
    import pandas as pd  # noqa: PLC0415  # the parent needs neither
    from mlxtend.frequent_patterns import fpgrowth  # noqa: PLC0415

    frame = pd.DataFrame(baskets.toarray().astype(bool))
    # mlxtend compares shares: half a count less than the minimum is safe from rounding.
    found = fpgrowth(frame, min_support=(min_count - 0.5) / baskets.shape[0], max_len=max_length)
    kept = [
        (-support, len(itemset), sorted(itemset))
        for support, itemset in zip(found["support"], found["itemsets"], strict=True)
        if len(itemset) >= MIN_LENGTH
    ]
    kept.sort()
    itemsets = np.full((len(kept), max_length), -1, dtype=np.int32)
    for row, (_, length, itemset) in enumerate(kept):
        itemsets[row, :length] = itemset
    sender.send(itemsets)
    sender.close()
