"""Fit every model on some orders and put them together: for validation, for test, for the artifact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol, TypeVar

import numpy as np
from scipy.sparse import csr_matrix

from config.training import Training
from models.arrays import frozen
from models.basket_rules import BasketRules
from models.bundle import Bundle, Facts
from models.cart_ranker import no_cart_ranker
from models.catalogue import Catalogue
from models.item_ridge import ItemRidge
from models.lists import TopLists
from models.page_lists import no_page_lists
from models.ranked_lists import no_customer_lists
from models.taste import Taste
from models.trade_up import TradeUp
from training.choices import Choices
from training.data.orders import Orders
from training.fitting.basket_rules import fit_basket_rules
from training.fitting.bought_together import fit_bought_together
from training.fitting.buy_again import fit_buy_again
from training.fitting.item_ridge import (
    basket_rows,
    customer_rows,
    fit_cart_ridge,
    fit_links,
    fit_ridge_lists,
    gram_of,
    no_lists,
)
from training.fitting.past_baskets import fit_past_baskets
from training.fitting.popularity import fit_popularity
from training.fitting.progress import Progress, silent
from training.fitting.taste import fit_similar, fit_taste, fit_taste_lists, most_bought
from training.fitting.trade_up import fit_trade_up
from training.matrices import basket_matrix, purchase_matrix

Part = TypeVar("Part")
Skippable = Literal["basket_rules", "similar", "trade_up"]

# Basket rules, which wait for a process of their own, then personal frequencies and trade-ups, of one thread.
PARTS_BESIDE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Shortcuts:
    """What a fit need not do, for evaluation.

    taste  a model fitted on the same orders before, taken as it is
    skip   parts that are left empty
    """

    taste: Taste | None = None
    skip: frozenset[Skippable] = frozenset()


def fit_bundle(
    orders: Orders,
    catalogue: Catalogue,
    settings: Training,
    choices: Choices,
    facts: Facts,
    *,
    progress: Progress = silent,
    shortcuts: Shortcuts | None = None,
) -> Bundle:
    """All models of these orders, as known on `facts.last_day`.

    The facts get the weights of `choices`. Customers' lists are empty: see training.ranking.learned.apply.
    What keeps one processor busy and nobody else waiting is fitted beside the rest, unless training has
    one thread.
    """
    taste, skip = (shortcuts.taste, shortcuts.skip) if shortcuts else (None, frozenset())
    lines, n_products, n_customers = orders.lines, len(orders.products), len(orders.customers)
    progress("matrices")
    baskets = basket_matrix(lines, orders.n_orders, n_products)
    purchases = purchase_matrix(lines, n_customers, n_products, facts.last_day, settings.taste.half_life_days)
    with _beside(settings.threads) as begun:
        rules = begun(lambda: _basket_rules(baskets, settings, skip, progress))
        buy_again = begun(
            lambda: fit_buy_again(
                lines, n_customers, n_products, facts.last_day, settings.buy_again.half_life_days
            )
        )
        if taste is None:
            taste = taste_of(purchases, settings, choices, progress)
        buyers = np.bincount(purchases.indices, minlength=n_products)
        similar = _similar(taste, buyers, settings, skip, progress)
        progress("popularity and personal frequency")
        popularity = fit_popularity(lines, catalogue, settings.popularity, facts.last_day)
        trade_up = begun(
            lambda: (
                no_trade_up(n_products)
                if "trade_up" in skip
                else fit_trade_up(lines, catalogue, popularity, similar, settings.trade_up, progress)
            )
        )
        ridge = _item_ridge(orders, catalogue, settings, choices, (baskets, facts.last_day), progress)
        taste_lists = fit_taste_lists(
            taste,
            purchases,
            settings.taste.list_length,
            settings.threads,
            catalogue.family,
            progress,
            among=most_bought(buyers),
        )
        bought_together = fit_bought_together(baskets, settings.bought_together, settings.threads, progress)
        return Bundle(
            facts=replace(facts, weights=dict(choices.weights)),
            products=orders.products,
            customers=orders.customers,
            catalogue=catalogue,
            bought_together=bought_together,
            basket_rules=rules(),
            taste=taste,
            taste_lists=taste_lists,
            similar=similar,
            ridge_lists=ridge.lists,
            ridge_links=ridge.links,
            cart_ridge=ridge.carts,
            popularity=popularity,
            buy_again=buy_again(),
            trade_up=trade_up(),
            customer_lists=no_customer_lists(n_customers),
            past_baskets=fit_past_baskets(lines, n_customers, n_products, facts.last_day),
            cart_ranker=no_cart_ranker(n_products, n_customers),
            page_lists=no_page_lists(n_products),
        )


class _Begin(Protocol):
    def __call__(self, fit: Callable[[], Part]) -> Callable[[], Part]: ...


@contextmanager
def _beside(threads: int) -> Iterator[_Begin]:
    """How to begin with a part beside the rest; what is returned waits for it. With one thread parts are
    fitted when they are asked for.
    """
    if threads == 1:
        yield lambda fit: fit
        return
    with ThreadPoolExecutor(PARTS_BESIDE) as pool:
        yield lambda fit: pool.submit(fit).result


def _basket_rules(
    baskets: csr_matrix, settings: Training, skip: frozenset[Skippable], progress: Progress
) -> BasketRules:
    if "basket_rules" in skip:
        return no_basket_rules(baskets.shape[1], baskets.shape[0])
    return fit_basket_rules(baskets, settings.bought_together, settings.seed, settings.threads, progress)


def _similar(
    taste: Taste, buyers: np.ndarray, settings: Training, skip: frozenset[Skippable], progress: Progress
) -> TopLists:
    if "similar" in skip:
        return no_lists(len(buyers))
    return fit_similar(taste, buyers, threads=settings.threads, progress=progress)


def taste_of(
    purchases: csr_matrix, settings: Training, choices: Choices, progress: Progress = silent
) -> Taste:
    """ALS on decayed purchases (scipy CSR float32 [n_customers, n_products]) with the chosen trial."""
    return fit_taste(
        purchases,
        factors=settings.taste.factors,
        iterations=settings.taste.iterations,
        regularization=choices.taste.regularization,
        alpha=choices.taste.alpha,
        seed=settings.seed,
        threads=settings.threads,
        progress=progress,
    )


def no_basket_rules(n_products: int, all_orders: int) -> BasketRules:
    """No rule at all."""
    nothing = frozen(np.empty(0, dtype=np.int32))
    return BasketRules(
        keys=frozen(np.empty(0, dtype=np.int64)),
        antecedents=frozen(np.empty((0, 3), dtype=np.int32)),
        consequents=nothing,
        rule_orders=nothing,
        antecedent_orders=nothing,
        consequent_orders=nothing,
        scores=frozen(np.empty(0, dtype=np.float32)),
        all_orders=frozen(np.array([all_orders], dtype=np.int64)),
        n_products=frozen(np.array([n_products], dtype=np.int64)),
    )


def no_trade_up(n_products: int) -> TradeUp:
    """No upgrade of any product."""
    count = frozen(np.empty(0, dtype=np.int32))
    return TradeUp(
        starts=frozen(np.zeros(n_products + 1, dtype=np.int64)),
        upgrades=count,
        scores=frozen(np.empty(0, dtype=np.float32)),
        chances=frozen(np.empty(0, dtype=np.float32)),
        customers=count,
        later_customers=count,
        by_margin=frozen(np.empty(0, dtype=np.uint8)),
    )


class _Ridge(NamedTuple):
    lists: TopLists
    links: TopLists
    carts: ItemRidge


def _item_ridge(
    orders: Orders,
    catalogue: Catalogue,
    settings: Training,
    choices: Choices,
    known: tuple[csr_matrix, int],
    progress: Progress,
) -> _Ridge:
    """Item ridge on customers and on carts; `known` are the baskets and the day they are known on."""
    (baskets, last_day), ridge, threads = known, settings.item_ridge, settings.threads
    n_products = len(orders.products)
    progress("item ridge on carts")
    gram = gram_of(basket_rows(baskets), ridge.max_products, threads)
    on_carts = fit_links(
        gram, n_products, choices.ridge.carts, ridge.top_k, threads, what="item ridge on carts"
    )
    progress("item ridge on customers")
    purchases = purchase_matrix(
        orders.lines, len(orders.customers), n_products, last_day, ridge.half_life_days
    )
    gram = gram_of(customer_rows(purchases), ridge.max_products, threads)
    links = fit_links(
        gram, n_products, choices.ridge.customers, ridge.top_k, threads, what="item ridge on customers"
    )
    lists = fit_ridge_lists(
        links,
        purchases,
        length=ridge.list_length,
        family=catalogue.family,
        threads=threads,
        progress=progress,
    )
    return _Ridge(lists, links, fit_cart_ridge(on_carts))
