"""Methods: each turns models fitted on an exam's history into ranked lists for its customers.

To judge one more, add a `Method` to the tuple given to `evaluate`: any callable will do, with
models of its own if the bundle does not hold them. The parts of the exam ask:

    all      the best products, whatever the customer owns
    repeat   the best among the products the customer owns
    new      the best among those the customer does not own

The limits of a part hold for every method alike, so that none wins by being told more than others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from models.arrays import best
from models.bundle import Bundle
from models.ids import UNKNOWN
from models.query import KINDS, Kind, Query
from models.recommender import recommend
from training.evaluation.exam import Exam, Part
from training.fitting.taste import fit_taste_lists

SERVED_KINDS: Mapping[Part, tuple[Kind, ...]] = {
    "all": KINDS,
    "repeat": ("buy_again",),
    "new": ("cross_sell",),
}

Rank = Callable[[Exam, Bundle, Part, int], np.ndarray]


@dataclass(frozen=True, slots=True)
class Method:
    """A name and a function to lists int32 [n_customers, length], best first, padded with -1.

    nested  whether the first k of a longer list are the list of length k. Where not, as with
            answers that mix kinds in shares of their length, each length is asked for apart.
    """

    name: str
    rank: Rank
    nested: bool = True


def popularity(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """Products by baskets of the recent window, the same for everybody."""
    orders = bundle.popularity.recent_orders
    ranking = best(orders, int((orders > 0).sum())).astype(np.int32)
    return _same_for_all(exam, ranking, part, length)


def trending(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """Products by growth lately, the same for everybody."""
    return _same_for_all(exam, bundle.popularity.rising().products, part, length)


def personal_frequency(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """What the customer buys most, decayed; it has nothing to say about new products."""
    return _lists(exam, lambda row: bundle.buy_again.of(int(exam.customers[row])).products, part, length)


def taste(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """ALS scores: over all products, over owned ones, or the lists for new ones that are served."""
    customers = exam.customers
    if part == "new":
        return _lists(exam, lambda row: bundle.taste_lists.of(int(customers[row])).products, part, length)
    factors, products = bundle.taste.customer_factors[customers], bundle.taste.product_factors
    if part == "repeat":
        return _lists(exam, lambda row: _by_score(exam.owned.of(row), factors[row], products), part, length)
    nothing_owned = csr_matrix((len(customers), len(bundle.products)), dtype=np.float32)
    judged = replace(bundle.taste, customer_factors=factors)
    return fit_taste_lists(judged, nothing_owned, length, threads=0).products


def bought_together(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """Consequents of the customer's last basket, each by its strongest rule."""
    return _lists(exam, lambda row: together(bundle, exam.last_basket.of(row)), part, length)


def served(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """What the service answers without a basket: buy_again for repeat, cross_sell for new, both for all."""
    lists = np.full((len(exam.customers), length), UNKNOWN, dtype=np.int32)
    for row, customer in enumerate(exam.customer_ids()):
        answer = recommend(bundle, Query(customer_id=customer, kinds=SERVED_KINDS[part], limit=length))
        ids = [item.product_id for item in answer.recommendations]
        lists[row, : len(ids)] = bundle.products.indices(ids)
    return lists


METHODS = (
    Method("popularity", popularity),
    Method("trending", trending),
    Method("personal_frequency", personal_frequency),
    Method("taste", taste),
    Method("bought_together", bought_together),
    Method("served", served, nested=False),
)


def together(bundle: Bundle, basket: np.ndarray) -> np.ndarray:
    """The consequents int32 [n] of a basket's products, by their strongest rule, best first."""
    rules, _ = bundle.bought_together.rows(basket)
    order = best(bundle.bought_together.scores[rules], len(rules))
    ranked = bundle.bought_together.consequents[rules][order]
    _, first = np.unique(ranked, return_index=True)
    products: np.ndarray = ranked[np.sort(first)]
    return products


def _by_score(products: np.ndarray, customer: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """These products by the preference of one customer's factors [n_factors]."""
    ranked: np.ndarray = products[best(factors[products] @ customer, len(products))]
    return ranked


def _same_for_all(exam: Exam, ranking: np.ndarray, part: Part, length: int) -> np.ndarray:
    """One ranking for everybody; no deeper than a customer's owned products can hide, save for repeat."""
    if part == "repeat":
        place = np.full(int(exam.owned.products.max(initial=0)) + 1, len(ranking))
        ranked_owned = ranking[ranking < len(place)]
        place[ranked_owned] = np.arange(len(ranked_owned))
        return _lists(exam, lambda row: _in_order(exam.owned.of(row), place, len(ranked_owned)), part, length)
    depth = length + exam.owned.lengths()
    return _lists(exam, lambda row: ranking[: depth[row]], part, length)


def _in_order(products: np.ndarray, place: np.ndarray, ranked: int) -> np.ndarray:
    known: np.ndarray = products[place[products] < ranked]
    return known[np.argsort(place[known])]


def _lists(exam: Exam, ranking: Callable[[int], np.ndarray], part: Part, length: int) -> np.ndarray:
    """The first `length` of each row's ranking that the part allows."""
    lists = np.full((len(exam.customers), length), UNKNOWN, dtype=np.int32)
    n_products = len(exam.history.products)
    owned = np.zeros(n_products, dtype=bool)
    for row in range(len(lists)):
        products = ranking(row)
        if part != "all":
            mine = exam.owned.of(row)
            owned[mine] = True
            products = products[owned[products] == (part == "repeat")]
            owned[mine] = False
        products = products[:length]
        lists[row, : len(products)] = products
    return lists
