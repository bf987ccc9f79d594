"""Many contexts at once: what every source of cross-sell proposes, and how good a mix of them is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from models.bundle import Bundle
from models.candidates import proposals
from models.context import Context
from models.ids import UNKNOWN
from models.sources import CROSS_SELL_SOURCES, spoken
from training.evaluation.exam import NO_PRODUCTS, Exam
from training.evaluation.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Proposals:
    """The candidates of many contexts that cross_sell may offer, padded to one width.

    shares  float32 [n_sources, n_contexts, width] what each source says (see `spoken`), sources in the
            order of CROSS_SELL_SOURCES, candidates by product index; below 0 past the end
    rows    int64 [n_right] the contexts, and
    places  int64 [n_right] the candidates that are right
    sizes   int64 [n_contexts] how many products would be right, proposed or not; at least 1

    One of several variants of a product is offered by the service, all of them are candidates here.
    """

    shares: np.ndarray
    rows: np.ndarray
    places: np.ndarray
    sizes: np.ndarray

    def recall(self, weights: Mapping[str, float], k: int) -> np.ndarray:
        """Recall@k float64 [n_contexts] of the mix by these weights; 0 or 1 where one product is right.

        As `models.candidates` mixes: weighted sum, ties by product index, nothing that no weighted
        source proposes.
        """
        factors = np.array([weights.get(name, 0.0) for name in CROSS_SELL_SOURCES], dtype=np.float32)
        scores = np.tensordot(factors, self.shares, axes=1)
        right = scores[self.rows, self.places][:, None]
        others = scores[self.rows]
        before = np.arange(scores.shape[1]) < self.places[:, None]
        rank = ((others > right) | ((others == right) & before)).sum(axis=1)
        hits = (rank < k) & (right[:, 0] > 0)
        found = np.bincount(self.rows[hits], minlength=len(self.sizes))
        recall: np.ndarray = found / self.sizes
        return recall


def without_context(exam: Exam, bundle: Bundle, most: int) -> Proposals:
    """Judged customers with no basket, at most `most`; right is what they bought that is new to them."""
    truth = exam.truth("new")
    rows = np.flatnonzero(truth.lengths())
    if len(rows) > most:  # spread evenly: the first ids are often those of the oldest customers
        rows = rows[np.arange(most) * len(rows) // most]
    contexts = (customer_context(int(customer)) for customer in exam.customers[rows])
    return _proposals(bundle, contexts, truth.take(rows))


def with_cart(exam: Exam, bundle: Bundle) -> Proposals:
    """Carts of customers and guests; right is the one product that was taken out."""
    carts = exam.carts
    contexts = (
        customer_context(int(carts.customers[row]), carts.baskets.of(row)) for row in range(len(carts))
    )
    return _proposals(bundle, contexts, carts.removed)


def customer_context(customer: int, shown: np.ndarray = NO_PRODUCTS) -> Context:
    """A customer by position, and what is in their basket."""
    return Context(customer, shown, UNKNOWN, NO_PRODUCTS, (), None)


def _proposals(bundle: Bundle, contexts: Iterable[Context], truth: Rows) -> Proposals:
    products: list[np.ndarray] = []
    shares: list[np.ndarray] = []
    for context in contexts:
        offered, by_source = _offered(bundle, context)
        products.append(offered)
        shares.append(by_source)
    width = max((len(offered) for offered in products), default=0)
    padded = np.full((len(products), width), UNKNOWN, dtype=np.int32)
    stacked = np.full((len(CROSS_SELL_SOURCES), len(products), width), -1, dtype=np.float32)
    for row, (offered, by_source) in enumerate(zip(products, shares, strict=True)):
        padded[row, : len(offered)] = offered
        stacked[:, row, : len(offered)] = by_source
    rows, places = np.nonzero(truth.contains(padded))
    return Proposals(stacked, rows, places, truth.lengths())


def _offered(bundle: Bundle, context: Context) -> tuple[np.ndarray, np.ndarray]:
    """Products int32 [n] that cross_sell may offer, and float32 [n_sources, n] what each source says."""
    proposed = proposals(bundle, context)
    products = np.unique(np.concatenate([scored.products for scored in proposed.values()]))
    shares = np.zeros((len(CROSS_SELL_SOURCES), len(products)), dtype=np.float32)
    for code, name in enumerate(CROSS_SELL_SOURCES):
        scored = proposed[name]
        np.maximum.at(shares[code], products.searchsorted(scored.products), spoken(name, scored.scores))
    family = bundle.catalogue.family
    hidden = np.concatenate([context.shown, bundle.buy_again.of(context.customer).products])
    offered = ~np.isin(family[products], family[hidden]) & (bundle.catalogue.stock[products] != 0)
    return products[offered].astype(np.int32), shares[:, offered]
