"""What every model is made of: named plain arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Arrays = Mapping[str, np.ndarray]


def frozen(array: np.ndarray) -> np.ndarray:
    """The array, contiguous and read-only: a model that has been made does not change."""
    kept = np.ascontiguousarray(array)
    if kept is array or kept.base is not None:
        kept = kept.view()
    kept.flags.writeable = False
    return kept


def ranges(starts: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """The concatenation of arange(start, stop) for each pair: the positions of several rows at once."""
    lengths = stops - starts
    ends = lengths.cumsum()
    if not len(ends) or not ends[-1]:
        return np.empty(0, dtype=np.int64)
    positions = np.arange(ends[-1])
    positions += (starts - ends + lengths).repeat(lengths)
    return positions


def best(scores: np.ndarray, n: int) -> np.ndarray:
    """The positions of the n highest of `scores` [m], best first; equal scores keep their order."""
    if n == 0:
        return np.empty(0, dtype=np.int64)
    if len(scores) > 4 * n:  # partition first: sorting everything would cost more than it finds
        threshold = np.partition(scores, len(scores) - n)[len(scores) - n]
        candidates: np.ndarray = (scores >= threshold).nonzero()[0]
        ranked: np.ndarray = candidates[(-scores[candidates]).argsort(kind="stable")][:n]
        return ranked
    order: np.ndarray = (-scores).argsort(kind="stable")[:n]
    return order
