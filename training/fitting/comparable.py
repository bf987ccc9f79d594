"""Products that may be compared, of one category or all of none: their names, and who bought them when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from models.arrays import ranges


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Products of one category or none: what may be traded up, and for what.

    members      int32 [m] ascending, all that have a price
    offered      int32 [k] ascending, those of them that were sold lately: nothing else is an upgrade
    by_product   CSC int32 [n_customers, m] the first day of each purchase, counted from 1
    bought       CSC int32 [n_customers, k] the same
    names        CSR float32 [m, n_words] of length 1
    words        CSR float32 [n_words, k] those of the offered, turned
    """

    members: np.ndarray
    offered: np.ndarray
    by_product: csc_matrix
    bought: csc_matrix
    names: csr_matrix
    words: csr_matrix

    @classmethod
    def of(cls, first: csc_matrix, names: csr_matrix, members: np.ndarray, offered: np.ndarray) -> Self:
        """These members int32 [m], `offered` int32 [k] among them, of the first days CSC int32
        [n_customers, n_products] and the names CSR float32 [n_products, n_words], words ascending in a row.
        """
        return cls(
            members=members,
            offered=offered,
            by_product=first[:, members],
            bought=first[:, offered],
            names=names[members],
            words=names[offered].T.tocsr(),
        )

    def positions(self, products: np.ndarray) -> np.ndarray:
        """Where those of the products (int [n]) that are offered are among the offered, ascending."""
        wanted = np.sort(products)
        found = self.offered.searchsorted(wanted)
        inside = np.flatnonzero(found < len(self.offered))
        positions: np.ndarray = found[inside][self.offered[found[inside]] == wanted[inside]]
        return positions

    def alike(self, base: int) -> np.ndarray:
        """For a member's position: the cosine float64 [k] of its name with the offered ones'."""
        # As names[base] @ words, without making a sparse matrix of each row.
        row = slice(self.names.indptr[base], self.names.indptr[base + 1])
        words, weights = self.names.indices[row], self.names.data[row]
        starts, stops = self.words.indptr[words], self.words.indptr[words + 1]
        entries = ranges(starts, stops)
        products = self.words.data[entries] * np.repeat(weights, stops - starts)
        return np.bincount(self.words.indices[entries], products, len(self.offered))

    def alike_of(self, base: int, positions: np.ndarray) -> np.ndarray:
        """The same for these of the offered ones alone, float64 [n] of int [n]."""
        row = slice(self.names.indptr[base], self.names.indptr[base + 1])
        words, weights = self.names.indices[row], self.names.data[row]
        if not len(words):
            return np.zeros(len(positions))
        theirs = self.members.searchsorted(self.offered[positions])
        starts, stops = self.names.indptr[theirs], self.names.indptr[theirs + 1]
        entries = ranges(starts, stops)
        at = words.searchsorted(self.names.indices[entries]).clip(max=len(words) - 1)
        common = words[at] == self.names.indices[entries]
        whose = np.repeat(np.arange(len(positions)), stops - starts)[common]
        return np.bincount(whose, self.names.data[entries[common]] * weights[at[common]], len(positions))

    def counts(self, base: int, upgrades: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Customers [n] of a member's position who bought each of the positions `upgrades` [n] on a later
        day, and on no later one.
        """
        column = slice(self.by_product.indptr[base], self.by_product.indptr[base + 1])
        first = np.zeros(self.by_product.shape[0], dtype=self.by_product.dtype)
        first[self.by_product.indices[column]] = self.by_product.data[column]
        starts, stops = self.bought.indptr[upgrades], self.bought.indptr[upgrades + 1]
        entries = ranges(starts, stops)
        upgrade = np.repeat(np.arange(len(upgrades)), stops - starts)
        before = first[self.bought.indices[entries]]
        later = self.bought.data[entries] > before
        n, known = len(upgrades), before > 0
        return (
            np.bincount(upgrade[known & later], minlength=n),
            np.bincount(upgrade[known & ~later], minlength=n),
        )
