"""An id map as a type: strings outside, positions in arrays inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen

UNKNOWN = -1
MAX_ID_BYTES = 128


@dataclass(frozen=True, slots=True, eq=False)
class IdMap:
    """Distinct ids in sorted order; the position of an id is its index in every model.

    `ids` is a fixed-width bytes array [n_ids] of UTF-8, so that it can be mapped from disk and
    searched in place: no dictionary is built per worker.
    """

    ids: np.ndarray

    @classmethod
    def of(cls, ids: Iterable[str]) -> Self:
        """The map of these ids, in any order, repeats allowed.

        Raises ValueError for an id over 128 bytes of UTF-8, an empty one, or one that ends
        in NUL (which a fixed-width array cannot keep).
        """
        encoded = [item.encode() for item in ids]
        for item in encoded:
            if not item or len(item) > MAX_ID_BYTES or item.endswith(b"\0"):
                raise ValueError(
                    f"{item[:40]!r} is no id: 1 to {MAX_ID_BYTES} bytes of UTF-8, not ending in NUL"
                )
        return cls(frozen(np.unique(np.array(encoded, dtype=np.bytes_ if encoded else "S1"))))

    def __len__(self) -> int:
        return len(self.ids)

    def index(self, item: str) -> int:
        """The position of an id, or UNKNOWN."""
        try:
            key = item.encode()
        except UnicodeEncodeError:  # half a surrogate pair: JSON can carry it, UTF-8 can't
            return UNKNOWN
        # A longer key would make NumPy widen (and copy) the whole array; it cannot be in it anyway.
        if not key or len(key) > self.ids.dtype.itemsize or key.endswith(b"\0"):
            return UNKNOWN
        position = int(self.ids.searchsorted(np.array(key, dtype=self.ids.dtype)))
        return position if position < len(self.ids) and self.ids[position] == key else UNKNOWN

    def indices(self, items: Sequence[str]) -> np.ndarray:
        """The positions [n_items] of ids, UNKNOWN where there is none."""
        return np.array([self.index(item) for item in items], dtype=np.int32)

    def id(self, index: int) -> str:
        """The id at a position."""
        item: bytes = self.ids[index]
        return item.decode()

    def take(self, indices: np.ndarray | Sequence[int]) -> list[str]:
        """The ids at these positions."""
        return [item.decode() for item in self.ids[indices].tolist()]

    def to_arrays(self) -> Arrays:
        return {"ids": self.ids}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(arrays["ids"])


class KeptPlaces(dict[str, int]):
    """The position of every id, UNKNOWN where there is none; of those that were asked for it is kept.

    Up to `most` are, and known ids alone: what callers make up has no end.
    """

    def __init__(self, ids: IdMap, most: int) -> None:
        super().__init__()
        self._ids = ids
        self._most = most

    def __missing__(self, item: str) -> int:
        position = self._ids.index(item)
        if position != UNKNOWN and len(self) < self._most:
            self[item] = position
        return position
