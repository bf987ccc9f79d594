"""A shop without orders: a bundle with nothing to recommend, so that its plans can be served."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import frozen
from models.bought_together import BoughtTogether
from models.bundle import Bundle, Facts
from models.buy_again import BuyAgain
from models.cart_ranker import no_cart_ranker
from models.catalogue import Catalogue
from models.ids import IdMap
from models.item_ridge import ItemRidge
from models.page_lists import no_page_lists
from models.past_baskets import no_past_baskets
from models.popularity import Popularity
from models.ranked_lists import no_customer_lists
from models.taste import Taste
from models.texts import Texts
from training.bundle_parts import no_basket_rules, no_trade_up
from training.choices import DEFAULT_WEIGHTS
from training.fitting.item_ridge import no_lists

REASON = "there are no orders: [data.orders] is not set"


def bundle_without_orders(facts: Facts) -> Bundle:
    """A bundle without a product and without a customer of products."""
    nothing, none = IdMap.of(()), no_lists(0)
    return Bundle(
        facts=replace(facts, weights=dict(DEFAULT_WEIGHTS)),
        products=nothing,
        customers=nothing,
        catalogue=_catalogue(),
        bought_together=BoughtTogether(
            starts=_zeros(1),
            consequents=_int32(),
            pair_orders=_int32(),
            scores=_float32(),
            product_orders=_int32(),
            all_orders=_zeros(1),
        ),
        basket_rules=no_basket_rules(0, 0),
        taste=_taste(),
        taste_lists=none,
        similar=none,
        ridge_lists=none,
        ridge_links=none,
        cart_ridge=ItemRidge(starts=_zeros(1), products=_int32(), weights=_float32()),
        popularity=_popularity(),
        buy_again=BuyAgain(
            starts=_zeros(1),
            products=_int32(),
            scores=_float32(),
            orders_with=frozen(np.empty(0, dtype=np.uint16)),
            last_day=frozen(np.empty(0, dtype=np.uint16)),
            customer_orders=_int32(),
        ),
        trade_up=no_trade_up(0),
        customer_lists=no_customer_lists(0),
        past_baskets=no_past_baskets(0),
        cart_ranker=no_cart_ranker(0, 0),
        page_lists=no_page_lists(0),
    )


def _catalogue() -> Catalogue:
    nothing = Texts.of(())
    return Catalogue(
        names=nothing,
        categories=nothing,
        category=_int32(),
        family=_int32(),
        price=_zeros(0),
        cost=_zeros(0),
        stock=_int32(),
        brands=nothing,
        brand=_int32(),
        tags=nothing,
        tag_starts=_zeros(1),
        tag=_int32(),
    )


def _taste() -> Taste:
    factors = frozen(np.empty((0, 1), dtype=np.float32))
    one = frozen(np.ones(1))
    gram = frozen(np.zeros((1, 1), dtype=np.float32))
    return Taste(factors, factors, gram, regularization=one, alpha=one)


def _popularity() -> Popularity:
    return Popularity(
        popular=_int32(),
        recent_orders=_int32(),
        trending=_int32(),
        trending_scores=_float32(),
        trending_orders=_int32(),
        expected_orders=_float32(),
        category_starts=_zeros(1),
        category_products=_int32(),
        channels=Texts.of(()),
        channel_starts=_zeros(1),
        channel_products=_int32(),
        window=_zeros(4),
    )


def _zeros(length: int) -> np.ndarray:
    return frozen(np.zeros(length, dtype=np.int64))


def _int32() -> np.ndarray:
    return frozen(np.empty(0, dtype=np.int32))


def _float32() -> np.ndarray:
    return frozen(np.empty(0, dtype=np.float32))
