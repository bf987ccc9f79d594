"""Mix what a product's page says by itself, for every product, so that the service need not."""

from __future__ import annotations

import numpy as np

from models.arrays import best, frozen
from models.bundle import Bundle
from models.candidates import of_page
from models.ids import UNKNOWN
from models.page_lists import PAGE_SOURCES, PageLists
from training.fitting.progress import Progress, silent

LENGTH = 60  # products a page: a page shows a few, and some of the list will be owned or sold out
TOLD_EVERY = 5_000  # pages


def fit_page_lists(bundle: Bundle, length: int = LENGTH, progress: Progress = silent) -> PageLists:
    """The best `length` products of every page, by the bundle's sources and their weights."""
    n_products = len(bundle.products)
    length = min(length, n_products)
    products = np.full((n_products, length), UNKNOWN, dtype=np.int32)
    strengths = np.zeros((n_products, length), dtype=np.float32)
    sources = np.zeros((n_products, length), dtype=np.uint8)
    # A product of which nothing is known says what its category does: most of a large catalogue.
    silent = (np.diff(bundle.bought_together.starts) == 0) & (np.diff(bundle.cart_ridge.starts) == 0)
    by_category: dict[int, int] = {}  # a page of each whose product is silent
    for page in range(n_products):
        if page % TOLD_EVERY == 0:
            progress(f"pages of products: {page:,} of {n_products:,}")
        if silent[page]:
            same = by_category.setdefault(int(bundle.catalogue.category[page]), page)
            if same != page:
                for array in (products, strengths, sources):
                    array[page] = array[same]
                continue
        mixed = of_page(bundle, page)
        at = best(mixed.scores, length)
        codes = np.array([PAGE_SOURCES.index(name) for name in mixed.names], dtype=np.uint8)
        scores = mixed.scores[at]
        products[page, : len(at)] = mixed.products[at]
        strengths[page, : len(at)] = scores / (1 - scores)
        sources[page, : len(at)] = codes[mixed.leading[at]]
    return PageLists(frozen(products), frozen(strengths), frozen(sources))
