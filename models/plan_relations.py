"""How the plans of a book stand to each other: worked out once, looked up by every call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.arrays import frozen
from models.plans import UNLIMITED, PlanBook

TRIFLE = 0.2  # of a quota: less use than that is far from any decision


class PlanRelations(NamedTuple):
    """From plan c to plan p.

    comparable  bool [n_plans (c), n_plans (p)] p can stand in for c: it is of the family, on sale and has
                every meter of c; or it is c
    larger      bool [n_plans (c), n_plans (p)] p is an upgrade: by fee, for equal fees by quota
    more        bool [n_plans (c), n_meters] some plan on sale of the family has a larger quota
    matters     float64 [n_plans (c), n_meters] use from which on a meter matters: TRIFLE of the smallest
                quota of the plans that can stand in; inf where none has any
    """

    comparable: np.ndarray
    larger: np.ndarray
    more: np.ndarray
    matters: np.ndarray


def relations_of(book: PlanBook) -> PlanRelations:
    """The relations of the plans in a book."""
    same = book.family[:, None] == book.family
    covers = (book.metered[None] | ~book.metered[:, None]).all(axis=-1)
    comparable = same & covers & ~book.retired
    np.fill_diagonal(comparable, val=True)
    above = book.quota[None] > book.quota[:, None]
    fee = book.fee
    larger = (fee[None] > fee[:, None]) | ((fee[None] == fee[:, None]) & above.any(axis=-1))
    more = ((same & ~book.retired)[:, :, None] & above & book.metered[None]).any(axis=1)
    limited = np.where(book.metered & (book.quota < UNLIMITED), book.quota, np.inf)
    smallest = np.where(comparable[:, :, None], limited[None], np.inf).min(axis=1)
    return PlanRelations(frozen(comparable), frozen(larger), frozen(more), frozen(TRIFLE * smallest))
