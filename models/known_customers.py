"""Candidates of known customers, looked up in the lists that training ranked for them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from models.bundle import Bundle
from models.candidates import Candidates
from models.context import Context
from models.ids import UNKNOWN
from models.newcomers import SOURCE
from models.query import Kind
from models.ranked_lists import SOURCES, Ranked


def listed(bundle: Bundle, context: Context, kinds: Collection[Kind]) -> dict[Kind, Candidates]:
    """The candidates of the kinds that are listed for the customer: none for strangers and in a context.

    In answers of both kinds new products are ordered as likely as they are to be in the next basket,
    beside what was bought before; by themselves, as likely as they are to be bought at all.
    """
    lists = bundle.customer_lists
    if len(context.shown) or not lists.new.products.shape[1]:
        return {}
    found: dict[Kind, Candidates] = {}
    if "cross_sell" in kinds:
        new = (lists.mixed if "buy_again" in kinds else lists.new).of(context.customer)
        if len(new.products):
            found["cross_sell"] = _candidates(new)
    if "buy_again" in kinds:
        again = lists.again.of(context.customer)
        if len(again.products):
            found["buy_again"] = _candidates(again)
    return found


def told(bundle: Bundle, context: Context, kinds: Collection[Kind]) -> dict[Kind, Candidates]:
    """The candidates of somebody who registered and has not bought yet: nothing in a context."""
    newcomers = bundle.newcomers
    if newcomers is None or context.newcomer == UNKNOWN or len(context.shown) or "cross_sell" not in kinds:
        return {}
    products, scores = newcomers.products[context.newcomer], newcomers.scores[context.newcomer]
    sources = np.zeros(len(products), dtype=np.intp)
    return {"cross_sell": Candidates(products, scores.astype(np.float64), sources, (SOURCE,), ordered=True)}


def followed(first: Candidates, second: Candidates) -> Candidates:
    """The candidates of the first, and after them those of the second that are not among them."""
    rest = ~np.isin(second.products, first.products)
    below = float(first.scores.min(initial=1.0))
    return Candidates(
        np.concatenate([first.products, second.products[rest]]),
        np.concatenate([first.scores, below * second.scores[rest]]),
        np.concatenate([first.leading, len(first.names) + second.leading[rest].astype(np.intp)]),
        (*first.names, *second.names),
    )


def _candidates(ranked: Ranked) -> Candidates:
    return Candidates(ranked.products, ranked.scores, ranked.sources, SOURCES, ordered=True, learned=True)
