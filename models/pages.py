"""Candidates on a product's page for a known customer: the page's list from training, and their own lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np

from models.bundle import Bundle
from models.candidates import BESIDE, Candidates
from models.context import Context
from models.ids import UNKNOWN
from models.lists import TopLists
from models.page_lists import PAGE_SOURCES, PageList
from models.query import Kind
from models.sources import spoken

OWN_LISTS: Mapping[str, Callable[[Bundle], TopLists]] = {
    "item_ridge": lambda bundle: bundle.ridge_lists,
    "taste": lambda bundle: bundle.taste_lists,
}
NAMES = (*PAGE_SOURCES, *OWN_LISTS)


def listed_for_page(bundle: Bundle, context: Context, kinds: Collection[Kind]) -> dict[Kind, Candidates]:
    """The head of cross_sell for the page of one product; nothing for carts, strangers and unlisted pages.

    As the mix of all sources (see `models.candidates.cross_sell`), but for what is behind the page's list:
    a product there has only what the customer's own lists say.
    """
    alone = context.viewing != UNKNOWN and len(context.shown) == 1
    if not alone or context.customer == UNKNOWN or "cross_sell" not in kinds:
        return {}
    page = bundle.page_lists.of(context.viewing)
    if not len(page.products):
        return {}
    said = [page, *_own(bundle, context.customer)]
    products = np.concatenate([one.products for one in said])
    strengths = np.concatenate([one.strengths for one in said])
    sources = np.concatenate([one.sources for one in said])
    # By product, and of each product what was said with the most strength last.
    order = strengths.argsort()
    order = order[products[order].argsort(kind="stable")]
    ordered = products[order]
    last = np.empty(len(ordered), dtype=bool)
    last[-1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=last[:-1])
    ends = last.nonzero()[0]
    starts = np.zeros_like(ends)
    np.add(ends[:-1], 1, out=starts[1:])
    x = np.add.reduceat(strengths[order], starts)
    return {"cross_sell": Candidates(ordered[ends], x / (1 + x), sources[order[ends]], NAMES)}


def _own(bundle: Bundle, customer: int) -> list[PageList]:
    """What a customer's own lists say, weighted, in the form of a page's list."""
    found = []
    for source, name in enumerate(OWN_LISTS, start=len(PAGE_SOURCES)):
        weight = bundle.facts.weights.get(name, 0.0)
        if weight > 0:
            products, scores = OWN_LISTS[name](bundle).of(customer)
            strengths = weight * spoken(name, scores[:BESIDE])
            sources = np.full(len(strengths), source, dtype=np.uint8)
            found.append(PageList(products[:BESIDE], strengths, sources))
    return found
