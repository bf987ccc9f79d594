"""Names as vectors of their words: how far two products are called the same."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_matrix


def name_vectors(names: Iterable[str]) -> csr_matrix:
    """CSR float32 [n_products, n_words] of length 1 (0 for a name without words): products are cosines.

    A word weighs log(n_products / names with it), so that rare words say more (Manning et al.,
    Introduction to Information Retrieval, 6.2); how often it is in one name does not matter.
    """
    place: dict[str, int] = {}
    rows = [[place.setdefault(word, len(place)) for word in words_of(name)] for name in names]
    columns = np.array([word for row in rows for word in row], dtype=np.int64)
    starts = np.cumsum([0, *(len(row) for row in rows)])
    rarity = np.log(len(rows) / np.maximum(np.bincount(columns, minlength=len(place)), 1))
    weights = rarity[columns]
    lengths = np.sqrt(np.bincount(np.repeat(np.arange(len(rows)), np.diff(starts)), weights**2, len(rows)))
    weights = weights / np.repeat(np.where(lengths > 0, lengths, 1), np.diff(starts))
    return csr_matrix((weights.astype(np.float32), columns, starts), shape=(len(rows), len(place)))


def words_of(name: str) -> list[str]:
    """The distinct words of a name in lower case, in order; words with digits are sizes and codes."""
    spaced = "".join(letter if letter.isalnum() else " " for letter in name.casefold())
    return list(dict.fromkeys(word for word in spaced.split() if word.isalpha()))
