"""A query resolved against a bundle: ids become positions, once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.bundle import Bundle
from models.ids import UNKNOWN
from models.query import Fallback, Query


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Positions for the ids of a query.

    customer   index of the customer, UNKNOWN (-1) for a guest or an unknown one
    shown      int32 [n] distinct known products of the basket and the page, basket first
    viewing    index of the product viewed, UNKNOWN if none
    excluded   int32 [n] known products the caller excludes
    """

    customer: int
    shown: np.ndarray
    viewing: int
    excluded: np.ndarray
    unknown_ids: tuple[str, ...]
    fallback: Fallback | None


def resolve(query: Query, bundle: Bundle) -> Context:
    """Look every id of the query up; nothing is an error, what is unknown is named."""
    customer = UNKNOWN if query.customer_id is None else bundle.customers.index(query.customer_id)
    asked = list(dict.fromkeys(query.basket if query.viewing is None else (*query.basket, query.viewing)))
    found = bundle.products.indices(asked)
    shown = found[found != UNKNOWN]
    viewing = UNKNOWN if query.viewing is None else int(found[asked.index(query.viewing)])
    excluded = bundle.products.indices(query.exclude)
    ids, indices = (*asked, *query.exclude), (*found.tolist(), *excluded.tolist())
    unknown = dict.fromkeys(item for item, index in zip(ids, indices, strict=True) if index == UNKNOWN)
    fallback = _fallback(query, customer, asked=len(asked), known=len(shown))
    known_excluded = excluded[excluded != UNKNOWN]
    return Context(customer, shown, viewing, known_excluded, tuple(unknown), fallback)


def _fallback(query: Query, customer: int, *, asked: int, known: int) -> Fallback | None:
    if query.customer_id is not None and customer == UNKNOWN:
        return "unknown_customer"
    if asked and not known:
        return "unknown_products"
    if query.customer_id is None and not asked:
        return "no_context"
    return None
