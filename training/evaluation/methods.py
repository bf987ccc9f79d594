"""Methods: each turns models fitted on an exam's history into ranked lists.

To judge one more, add a `Method` to the tuple given to `evaluate`: any callable will do, with
models of its own if the bundle does not hold them. The parts of the exam ask:

    all      the best products, whatever the customer owns
    repeat   the best among the products the customer owns
    new      the best among those the customer does not own
    cart     what goes with a cart, neither in it nor owned

The limits of a part hold for every method alike, so that none wins by being told more than others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from models.arrays import best
from models.bundle import Bundle
from models.context import Context, resolve
from models.ids import UNKNOWN
from models.query import Kind, Query
from models.recommender import choose
from training.evaluation.exam import CUSTOMER_PARTS, NO_PRODUCTS, PARTS, Exam, Part
from training.fitting.taste import fit_taste_lists

SERVED_KINDS: Mapping[Part, tuple[Kind, ...]] = {
    "all": ("cross_sell", "buy_again"),  # up_sell is no guess at what will be bought
    "repeat": ("buy_again",),
    "new": ("cross_sell",),
    "cart": ("cross_sell",),
}

Rank = Callable[[Exam, Bundle, Part, int], np.ndarray]


@dataclass(frozen=True, slots=True)
class Method:
    """A name and a function to lists int32 [n_rows, length], best first, padded with -1.

    parts  the parts it has an answer for
    apart  parts in which a list of k is not the first k of a longer one, as with answers that mix
           kinds in shares of their length: there each length is asked for
    """

    name: str
    rank: Rank
    parts: tuple[Part, ...] = CUSTOMER_PARTS
    apart: tuple[Part, ...] = ()


def popularity(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """Products by baskets of the recent window, the same for everybody."""
    orders = bundle.popularity.recent_orders
    ranking = best(orders, int((orders > 0).sum())).astype(np.int32)
    return limited(exam, lambda _: ranking, part, length)


def trending(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """Products by growth lately, the same for everybody."""
    ranking = bundle.popularity.rising().products
    return limited(exam, lambda _: ranking, part, length)


def personal_frequency(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """What the customer buys most, decayed; it has nothing to say about new products."""
    return limited(exam, lambda row: bundle.buy_again.of(int(exam.customers[row])).products, part, length)


def taste(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """ALS scores: over all products, over owned ones, or the lists for new ones that are served."""
    customers = exam.customers
    if part == "new":
        return limited(exam, lambda row: bundle.taste_lists.of(int(customers[row])).products, part, length)
    factors, products = bundle.taste.customer_factors[customers], bundle.taste.product_factors
    if part == "repeat":
        return limited(exam, lambda row: _by_score(exam.owned.of(row), factors[row], products), part, length)
    nothing_owned = csr_matrix((len(customers), len(bundle.products)), dtype=np.float32)
    judged = replace(bundle.taste, customer_factors=factors)
    return fit_taste_lists(judged, nothing_owned, length, threads=0).products


def bought_together(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """Consequents of the cart, or of the customer's last basket, each by its strongest rule."""
    baskets = exam.carts.baskets if part == "cart" else exam.last_basket
    return limited(exam, lambda row: together(bundle, baskets.of(row)), part, length)


def item_ridge(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """Item ridge: on carts for carts, the customers' lists that are served for new products."""
    if part == "cart":
        carts = exam.carts
        return limited(
            exam,
            # The limits of a row may take its best away: as many more are asked for.
            lambda row: (
                bundle.cart_ridge.propose(carts.baskets.of(row), length + len(carts.owned.of(row))).products
            ),
            part,
            length,
        )
    return limited(exam, lambda row: bundle.ridge_lists.of(int(exam.customers[row])).products, part, length)


def served(exam: Exam, bundle: Bundle, part: Part, length: int) -> np.ndarray:
    """What the service answers: buy_again for repeat, cross_sell for new and for carts, both for all."""
    lists = np.full((exam.size(part), length), UNKNOWN, dtype=np.int32)
    kinds = SERVED_KINDS[part]
    for row in range(len(lists)):
        picks = choose(bundle, _context(exam, bundle, part, row), kinds, length)
        lists[row, : len(picks)] = [pick.product for pick in picks]
    return lists


METHODS = (
    Method("popularity", popularity, PARTS),
    Method("trending", trending, PARTS),
    Method("personal_frequency", personal_frequency),
    Method("taste", taste),
    Method("bought_together", bought_together, PARTS),
    Method("item_ridge", item_ridge, ("new", "cart")),
    Method("served", served, PARTS, apart=("all",)),
)


def together(bundle: Bundle, basket: np.ndarray) -> np.ndarray:
    """The consequents int32 [n] of a basket's products, by their strongest rule, best first."""
    rules, _ = bundle.bought_together.rows(basket)
    order = best(bundle.bought_together.scores[rules], len(rules))
    ranked = bundle.bought_together.consequents[rules][order]
    _, first = np.unique(ranked, return_index=True)
    products: np.ndarray = ranked[np.sort(first)]
    return products


def _context(exam: Exam, bundle: Bundle, part: Part, row: int) -> Context:
    if part == "cart":
        customer, basket = int(exam.carts.customers[row]), exam.carts.baskets.of(row)
        return Context(customer, basket, UNKNOWN, NO_PRODUCTS, (), None)
    customer_id = exam.history.customers.id(int(exam.customers[row]))
    return resolve(Query(customer_id=customer_id), bundle)


def _by_score(products: np.ndarray, customer: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """These products by the preference of one customer's factors [n_factors]."""
    ranked: np.ndarray = products[best(factors[products] @ customer, len(products))]
    return ranked


def limited(exam: Exam, ranking: Callable[[int], np.ndarray], part: Part, length: int) -> np.ndarray:
    """The first `length` of each row's ranking that the part allows."""
    lists = np.full((exam.size(part), length), UNKNOWN, dtype=np.int32)
    marked = np.zeros(len(exam.history.products), dtype=bool)
    for row in range(len(lists)):
        products = ranking(row)
        if part != "all":
            limits = exam.limits(part, row)
            if part != "repeat":  # no more can be hidden than there are to hide
                products = products[: length + len(limits)]
            marked[limits] = True
            products = products[marked[products] == (part == "repeat")]
            marked[limits] = False
        products = products[:length]
        lists[row, : len(products)] = products
    return lists
