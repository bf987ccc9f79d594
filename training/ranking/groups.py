"""Groups of products that share something: category, name, first tag."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.catalogue import Catalogue

MOST_GROUPS = 0.8  # of the products: finer groups say nothing that the products do not


class Grouping(NamedTuple):
    """`of` int32 [n_products] the group of each product, -1 for none; `size` how many groups there are."""

    name: str
    of: np.ndarray
    size: int


def groupings(catalogue: Catalogue) -> tuple[Grouping, ...]:
    """Those that say something about this shop's products."""
    names = catalogue.names
    _, same_name = np.unique([names[at] for at in range(len(catalogue))], return_inverse=True)
    found = {
        "category": catalogue.category,
        "name": same_name.astype(np.int32),
        "tag": _first_tags(catalogue),
    }
    result = []
    for name, of in found.items():
        used = np.unique(of[of >= 0])
        if 2 <= len(used) <= MOST_GROUPS * len(catalogue):
            number = np.full(int(of.max()) + 2, -1, dtype=np.int32)
            number[used] = np.arange(len(used))
            result.append(Grouping(name, number[of], len(used)))
    return tuple(result)


def _first_tags(catalogue: Catalogue) -> np.ndarray:
    has = np.diff(catalogue.tag_starts) > 0
    tags = np.full(len(catalogue), -1, dtype=np.int32)
    tags[has] = catalogue.tag[catalogue.tag_starts[:-1][has]]
    return tags
