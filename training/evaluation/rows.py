"""A set of products for every customer or cart, in compressed rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import ranges


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Products by row.

    starts    int64 [n_rows + 1] row i holds positions starts[i] to starts[i + 1]
    products  int32 [n_entries] product indices, ascending within a row
    """

    starts: np.ndarray
    products: np.ndarray

    @classmethod
    def of_pairs(cls, rows: np.ndarray, products: np.ndarray, n_rows: int) -> Rows:
        """The rows of these (row, product) pairs [n]; order does not matter, repeats count once."""
        if not len(rows):
            return cls(np.zeros(n_rows + 1, dtype=np.int64), np.empty(0, dtype=np.int32))
        width = int(products.max()) + 1
        keys = np.unique(rows.astype(np.int64) * width + products)
        starts = np.searchsorted(keys, np.arange(n_rows + 1, dtype=np.int64) * width)
        return cls(starts, (keys % width).astype(np.int32))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, row: int) -> np.ndarray:
        """The products int32 [n] of one row."""
        products: np.ndarray = self.products[self.starts[row] : self.starts[row + 1]]
        return products

    def lengths(self) -> np.ndarray:
        """int64 [n_rows]: how many products each row has."""
        return np.diff(self.starts)

    def row_of_entries(self) -> np.ndarray:
        """int64 [n_entries]: the row of each entry."""
        return np.repeat(np.arange(len(self)), self.lengths())

    def where(self, kept: np.ndarray) -> Rows:
        """The same rows with only the entries where `kept` (bool [n_entries]) is true."""
        lengths = np.zeros(len(self.starts), dtype=np.int64)
        np.add.at(lengths, self.row_of_entries()[kept] + 1, 1)
        return Rows(np.cumsum(lengths), self.products[kept])

    def take(self, rows: np.ndarray) -> Rows:
        """These rows alone, in this order."""
        lengths = self.lengths()[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        return Rows(starts, self.products[ranges(self.starts[rows], self.starts[rows] + lengths)])

    def within(self, other: Rows) -> np.ndarray:
        """bool [n_entries]: is the entry in the same row of `other` too?"""
        width = max(int(self.products.max(initial=0)), int(other.products.max(initial=0))) + 1
        found: np.ndarray = np.isin(
            self.row_of_entries() * width + self.products,
            other.row_of_entries() * width + other.products,
            assume_unique=True,
        )
        return found

    def contains(self, lists: np.ndarray) -> np.ndarray:
        """For lists int32 [n_rows, length] a bool array of that shape: is it in the row's set?

        Negative entries pad a list and are in no set.
        """
        if not len(self.products) or not lists.size:
            return np.zeros(lists.shape, dtype=bool)
        width = max(int(self.products.max()), int(lists.max())) + 1
        keys = self.row_of_entries() * width + self.products
        wanted = np.arange(len(self), dtype=np.int64)[:, None] * width + lists
        at = np.minimum(keys.searchsorted(wanted), len(keys) - 1)
        found: np.ndarray = (keys[at] == wanted) & (lists >= 0)
        return found
