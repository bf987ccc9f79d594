"""Mix what a product's page says by itself, for every product, so that the service need not."""

from __future__ import annotations

import numpy as np

from models.arrays import best, frozen
from models.bundle import Bundle
from models.candidates import Candidates, of_page
from models.ids import UNKNOWN
from models.page_lists import PAGE_SOURCES, PageLists
from training.fitting.progress import Progress, silent

LENGTH = 60  # products a page: a page shows a few, and some of the list will be owned or sold out
TOLD_EVERY = 5_000  # pages


def fit_page_lists(bundle: Bundle, length: int = LENGTH, progress: Progress = silent) -> PageLists:
    """The best `length` products of every page, by the bundle's sources and their weights."""
    n_products = len(bundle.products)
    length = min(length, n_products)
    lists = PageLists(
        np.full((n_products, length), UNKNOWN, dtype=np.int32),
        np.zeros((n_products, length), dtype=np.float32),
        np.zeros((n_products, length), dtype=np.uint8),
    )
    # A product of which nothing is known says what its category does.
    silent = (np.diff(bundle.bought_together.starts) == 0) & (np.diff(bundle.cart_ridge.starts) == 0)
    like: dict[int, int] = {}  # by category the first page of a silent product
    for page in range(n_products):
        if page % TOLD_EVERY == 0:
            progress(f"pages of products: {page:,} of {n_products:,}")
        same = like.setdefault(int(bundle.catalogue.category[page]), page) if silent[page] else page
        if same == page:
            _write(lists, page, of_page(bundle, page))
        else:
            for array in (lists.products, lists.strengths, lists.sources):
                array[page] = array[same]
    return PageLists(frozen(lists.products), frozen(lists.strengths), frozen(lists.sources))


def _write(lists: PageLists, page: int, mixed: Candidates) -> None:
    at = best(mixed.scores, lists.products.shape[1])
    codes = np.array([PAGE_SOURCES.index(name) for name in mixed.names], dtype=np.uint8)
    scores = mixed.scores[at]
    lists.products[page, : len(at)] = mixed.products[at]
    lists.strengths[page, : len(at)] = scores / (1 - scores)
    lists.sources[page, : len(at)] = codes[mixed.leading[at]]
