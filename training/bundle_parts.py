"""The parts of a bundle that are fitted on what is known of a shop, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Self

import numpy as np
from scipy.sparse import csr_matrix

from config.training import Training
from models.arrays import frozen
from models.basket_rules import BasketRules
from models.buy_again import BuyAgain
from models.catalogue import Catalogue
from models.item_ridge import ItemRidge
from models.lists import TopLists
from models.popularity import Popularity
from models.taste import Taste
from models.trade_up import TradeUp
from training.choices import Choices
from training.data.orders import Orders
from training.fitting.basket_rules import fit_basket_rules
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
from training.fitting.progress import Progress, silent
from training.fitting.taste import fit_similar, fit_taste, fit_taste_lists, most_bought
from training.fitting.trade_up import fit_trade_up
from training.matrices import basket_matrix, purchase_matrix

Skippable = Literal["basket_rules", "similar", "trade_up"]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What parts are fitted on, and how.

    last_day   the day everything is known on
    skip       parts that are left empty
    baskets    int32 ones [n_orders, n_products]
    purchases  decayed, float32 [n_customers, n_products]
    """

    orders: Orders
    catalogue: Catalogue
    settings: Training
    choices: Choices
    last_day: int
    skip: frozenset[Skippable]
    progress: Progress
    baskets: csr_matrix
    purchases: csr_matrix

    @classmethod
    def of(
        cls,
        orders: Orders,
        catalogue: Catalogue,
        settings: Training,
        choices: Choices,
        last_day: int,
        *,
        skip: frozenset[Skippable],
        progress: Progress,
    ) -> Self:
        """What these orders tell."""
        progress("matrices")
        n_products = len(orders.products)
        baskets = basket_matrix(orders.lines, orders.n_orders, n_products)
        purchases = purchase_matrix(
            orders.lines, len(orders.customers), n_products, last_day, settings.taste.half_life_days
        )
        return cls(orders, catalogue, settings, choices, last_day, skip, progress, baskets, purchases)

    @property
    def n_products(self) -> int:
        """Products of the id map, bought or not."""
        return len(self.orders.products)

    def buyers(self) -> np.ndarray:
        """int64 [n_products]: customers who ever bought each product."""
        return np.bincount(self.purchases.indices, minlength=self.n_products)


def basket_rules_of(known: Known) -> BasketRules:
    """Rules with several antecedents."""
    if "basket_rules" in known.skip:
        return no_basket_rules(known.baskets.shape[1], known.baskets.shape[0])
    settings = known.settings
    return fit_basket_rules(
        known.baskets, settings.bought_together, settings.seed, settings.threads, known.progress
    )


def buy_again_of(known: Known) -> BuyAgain:
    """Personal frequencies."""
    return fit_buy_again(
        known.orders.lines,
        len(known.orders.customers),
        known.n_products,
        known.last_day,
        known.settings.buy_again.half_life_days,
    )


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


def similar_of(known: Known, taste: Taste) -> TopLists:
    """What is near to each product."""
    if "similar" in known.skip:
        return no_lists(known.n_products)
    return fit_similar(taste, known.buyers(), threads=known.settings.threads, progress=known.progress)


def taste_lists_of(known: Known, taste: Taste) -> TopLists:
    """What each customer would like, of what is new to them."""
    return fit_taste_lists(
        taste,
        known.purchases,
        known.settings.taste.list_length,
        known.settings.threads,
        known.catalogue.family,
        known.progress,
        among=most_bought(known.buyers()),
    )


def trade_up_of(known: Known, popularity: Popularity, similar: TopLists) -> TradeUp:
    """Better products."""
    if "trade_up" in known.skip:
        return no_trade_up(known.n_products)
    return fit_trade_up(
        known.orders.lines, known.catalogue, popularity, similar, known.settings.trade_up, known.progress
    )


class Ridge(NamedTuple):
    """Item ridge: lists of customers, the links they are made of, and the weights for carts."""

    lists: TopLists
    links: TopLists
    carts: ItemRidge


def item_ridge_of(known: Known) -> Ridge:
    """Item ridge on customers and on carts."""
    settings, ridge, progress = known.settings, known.settings.item_ridge, known.progress
    chosen, threads, n_products = known.choices.ridge, settings.threads, known.n_products
    progress("item ridge on carts")
    gram = gram_of(basket_rows(known.baskets), ridge.max_products, threads)
    on_carts = fit_links(gram, n_products, chosen.carts, ridge.top_k, threads, what="item ridge on carts")
    progress("item ridge on customers")
    orders = known.orders
    purchases = purchase_matrix(
        orders.lines, len(orders.customers), n_products, known.last_day, ridge.half_life_days
    )
    gram = gram_of(customer_rows(purchases), ridge.max_products, threads)
    links = fit_links(
        gram, n_products, chosen.customers, ridge.top_k, threads, what="item ridge on customers"
    )
    lists = fit_ridge_lists(
        links,
        purchases,
        length=ridge.list_length,
        family=known.catalogue.family,
        threads=threads,
        progress=progress,
    )
    return Ridge(lists, links, fit_cart_ridge(on_carts))


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
