"""A query resolved against a bundle: ids become positions, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from models.bundle import Bundle
from models.ids import UNKNOWN
from models.query import Fallback, Query


class Context(NamedTuple):
    """Positions for the ids of a query.

    customer   index of the customer, UNKNOWN (-1) for a guest or an unknown one
    shown      int32 [n] distinct known products of the basket and the page, basket first
    viewing    index of the product viewed, UNKNOWN if none
    excluded   int32 [n] known products the caller excludes
    newcomer   row of who registered without an order yet, UNKNOWN for everybody else
    """

    customer: int
    shown: np.ndarray
    viewing: int
    excluded: np.ndarray
    unknown_ids: tuple[str, ...]
    fallback: Fallback | None
    newcomer: int = UNKNOWN


def resolve(query: Query, bundle: Bundle) -> Context:
    """Look every id of the query up; nothing is an error, what is unknown is named."""
    asked_for = None if query.forgotten else query.customer_id
    customer = UNKNOWN if asked_for is None else bundle.customers.index(asked_for)
    asked = query.basket if query.viewing is None else (*query.basket, query.viewing)
    places = bundle.product_places
    found = {item: places[item] for item in asked}
    excluded = {item: places[item] for item in query.exclude}
    shown = _known(found)
    viewing = UNKNOWN if query.viewing is None else found[query.viewing]
    unknown = dict.fromkeys(item for ids in (found, excluded) for item, at in ids.items() if at == UNKNOWN)
    fallback = _fallback(query, customer, asked=len(found), known=len(shown))
    newcomer = UNKNOWN
    if fallback == "unknown_customer" and asked_for is not None and bundle.newcomers is not None:
        newcomer = bundle.newcomers.row(asked_for)
        if newcomer != UNKNOWN:
            fallback = "new_customer"
    return Context(customer, shown, viewing, _known(excluded), tuple(unknown), fallback, newcomer)


def _known(found: Mapping[str, int]) -> np.ndarray:
    return np.array([at for at in found.values() if at != UNKNOWN], dtype=np.int32)


def _fallback(query: Query, customer: int, *, asked: int, known: int) -> Fallback | None:
    if query.customer_id is not None and customer == UNKNOWN:
        return "unknown_customer"
    if asked and not known:
        return "unknown_products"
    if query.customer_id is None and not asked:
        return "no_context"
    return None
