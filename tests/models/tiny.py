"""A world small enough to check by hand: 6 products, 4 customers, 10 orders, one bundle.

Every number below follows from ORDERS with pencil and paper; `test_tiny.py` counts them again.

    order  customer  products                 day          channel
      1    ana       bread butter             2024-10-05   web
      2    ana       bread butter cola        2024-10-06   store
      3    ana       bread                    2024-10-07   web
      4    ben       pizza cola               2024-10-08   store
      5    ben       pizza cola wine          2024-10-09   web
      6    cai       bread butter             2024-10-10   store
      7    cai       pizza wine               2024-10-11   web
      8    dora      bread-xl butter          2024-10-12   store
      9    a guest   pizza cola               2024-10-13   web
     10    a guest   bread butter cola        2024-10-14   store

What the world is made to show: bread and bread-xl are variants of one product, wine is out of
stock, cola's stock is unknown, pizza has no category, wine has no price, butter and pizza
have no brand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.artifact import write_artifact
from models.basket_rules import BasketRules
from models.bought_together import BoughtTogether
from models.bundle import Bundle, Facts
from models.buy_again import BuyAgain
from models.cart_ranker import no_cart_ranker
from models.catalogue import NO_BRAND, NO_CATEGORY, NO_PRICE, NO_STOCK_KNOWN, Catalogue
from models.ids import IdMap
from models.item_ridge import ItemRidge
from models.lists import TopLists
from models.never_buys import no_never_buys
from models.page_lists import no_page_lists
from models.past_baskets import no_past_baskets
from models.popularity import Popularity
from models.ranked_lists import no_customer_lists
from models.taste import Taste
from models.texts import Texts
from models.trade_up import TradeUp
from tests.models.tiny_customers import tiny_directory, tiny_newcomers, tiny_personas, tiny_value
from tests.models.tiny_names import (
    BREAD,
    BREAD_XL,
    BUTTER,
    COLA,
    CUSTOMERS,
    LAST_DAY,
    PIZZA,
    PRODUCTS,
    WINE,
)
from tests.models.tiny_plans import tiny_nudges

# (customer id or None for a guest, product ids), in the order of time.
ORDERS: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    ("ana", ("bread", "butter")),
    ("ana", ("bread", "butter", "cola")),
    ("ana", ("bread",)),
    ("ben", ("pizza", "cola")),
    ("ben", ("pizza", "cola", "wine")),
    ("cai", ("bread", "butter")),
    ("cai", ("pizza", "wine")),
    ("dora", ("bread-xl", "butter")),
    (None, ("pizza", "cola")),
    (None, ("bread", "butter", "cola")),
)


def tiny_bundle(version: str = "tiny-1") -> Bundle:
    """The bundle of this world, under any version name."""
    return Bundle(
        facts=tiny_facts(version),
        products=IdMap.of(PRODUCTS),
        customers=IdMap.of(CUSTOMERS),
        catalogue=_catalogue(),
        bought_together=_bought_together(),
        basket_rules=_basket_rules(),
        taste=_taste(),
        taste_lists=_taste_lists(),
        similar=_similar(),
        ridge_lists=_ridge_lists(),
        ridge_links=_ridge_links(),
        cart_ridge=_cart_ridge(),
        popularity=_popularity(),
        buy_again=_buy_again(),
        trade_up=_trade_up(),
        customer_lists=no_customer_lists(len(CUSTOMERS)),
        past_baskets=no_past_baskets(len(CUSTOMERS)),
        page_lists=no_page_lists(len(PRODUCTS)),
        cart_ranker=no_cart_ranker(len(PRODUCTS), len(CUSTOMERS)),
        plan_nudges=tiny_nudges(),
        directory=tiny_directory(),
        customer_value=tiny_value(),
        never_buys=no_never_buys(len(CUSTOMERS)),
        newcomers=tiny_newcomers(),
        personas=tiny_personas(),
    )


def tiny_facts(version: str = "tiny-1") -> Facts:
    """The facts of this world's manifest."""
    return Facts(
        version=version,
        created="2024-10-15T00:00:00+00:00",
        currency="EUR",
        minor_digits=2,
        last_day=LAST_DAY,
        weights={
            "bought_together": 1.0,
            "basket_rules": 0.5,
            "taste": 0.5,
            "trending": 0.1,
            "popularity": 0.1,
        },
        more={"counts": {"orders": 10, "customers": 4, "products": 6}, "metrics": {"recall@10": 0.5}},
    )


def publish_tiny(artifacts_dir: Path, version: str = "tiny-1", bundle: Bundle | None = None) -> Path:
    """Write an artifact of `bundle` (the tiny one by default) and point `current` at it."""
    directory = artifacts_dir / version
    directory.mkdir(parents=True)
    made = bundle or tiny_bundle(version)
    write_artifact(replace(made, facts=replace(made.facts, version=version)), directory)
    point_current_at(artifacts_dir, version)
    return directory


def point_current_at(artifacts_dir: Path, version: str) -> None:
    """Move the pointer in one step, as publishing does."""
    link = artifacts_dir / f".current-{version}"
    link.symlink_to(version)
    link.replace(artifacts_dir / "current")


def _catalogue() -> Catalogue:
    return Catalogue(
        names=Texts.of(["Bread", "Bread, large", "Butter", "Cola", "Pizza Margherita", "Wine"]),
        categories=Texts.of(["Bakery", "Dairy", "Drinks"]),
        category=np.array([0, 0, 1, 2, NO_CATEGORY, 2], dtype=np.int32),
        family=np.array([BREAD, BREAD, BUTTER, COLA, PIZZA, WINE], dtype=np.int32),
        price=np.array([250, 420, 310, 180, 890, NO_PRICE], dtype=np.int64),
        cost=np.array([100, 160, 200, 90, NO_PRICE, NO_PRICE], dtype=np.int64),
        stock=np.array([20, 10, 5, NO_STOCK_KNOWN, 7, 0], dtype=np.int32),
        brands=Texts.of(["Cellar", "Mill"]),
        brand=np.array([1, 1, NO_BRAND, 0, NO_BRAND, 0], dtype=np.int32),
        tags=Texts.of(["alcohol", "vegan"]),
        tag_starts=np.array([0, 1, 2, 2, 3, 3, 5], dtype=np.int64),
        tag=np.array([1, 1, 1, 0, 1], dtype=np.int32),  # bread, bread-xl, cola vegan; wine both
    )


def _bought_together() -> BoughtTogether:
    """All pairs that occur, none shrunk: with damping 0 and discount 0 the score is the confidence."""
    return BoughtTogether(
        starts=np.array([0, 2, 3, 6, 10, 12, 14], dtype=np.int64),
        consequents=np.array(
            [
                *(BUTTER, COLA),  # after bread, in 5 orders
                *(BUTTER,),  # after bread-xl, in 1
                *(BREAD, COLA, BREAD_XL),  # after butter, in 5
                *(PIZZA, BREAD, BUTTER, WINE),  # after cola, in 5
                *(COLA, WINE),  # after pizza, in 4
                *(PIZZA, COLA),  # after wine, in 2
            ],
            dtype=np.int32,
        ),
        pair_orders=np.array([4, 2, 1, 4, 2, 1, 3, 2, 2, 1, 3, 2, 2, 1], dtype=np.int32),
        scores=np.array(
            [0.8, 0.4, 1.0, 0.8, 0.4, 0.2, 0.6, 0.4, 0.4, 0.2, 0.75, 0.5, 1.0, 0.5], dtype=np.float32
        ),
        product_orders=np.array([5, 1, 5, 5, 4, 2], dtype=np.int32),
        all_orders=np.array([10], dtype=np.int64),
    )


def _basket_rules() -> BasketRules:
    """Three rules; keys are digits (index + 1) in base 7, three of them."""
    return BasketRules(
        keys=np.array(
            [
                1 * 49 + 3 * 7,  # bread, butter
                1 * 49 + 4 * 7,  # bread, cola
                4 * 49 + 5 * 7,  # cola, pizza
            ],
            dtype=np.int64,
        ),
        antecedents=np.array([[BREAD, BUTTER, -1], [BREAD, COLA, -1], [COLA, PIZZA, -1]], dtype=np.int32),
        consequents=np.array([COLA, BUTTER, WINE], dtype=np.int32),
        rule_orders=np.array([2, 2, 1], dtype=np.int32),
        antecedent_orders=np.array([4, 2, 3], dtype=np.int32),
        consequent_orders=np.array([5, 5, 2], dtype=np.int32),
        scores=np.array([1 / 2, 1.0, 1 / 3], dtype=np.float32),
        all_orders=np.array([10], dtype=np.int64),
        n_products=np.array([6], dtype=np.int64),
    )


def _taste() -> Taste:
    """Two factors, chosen rather than fitted: the first is bread, the second is pizza."""
    return Taste(
        customer_factors=np.array([[0.9, 0.1], [0.1, 0.9], [0.5, 0.5], [0.7, 0.1]], dtype=np.float32),
        product_factors=np.array(
            [[1.0, 0.0], [1.0, 0.0], [0.8, 0.6], [0.6, 0.8], [0.0, 1.0], [0.0, 0.5]], dtype=np.float32
        ),
        gram=np.array([[3.0, 0.96], [0.96, 2.25]], dtype=np.float32),
        regularization=np.array([1.0]),
        alpha=np.array([10.0]),
    )


def _taste_lists() -> TopLists:
    """The products new to each customer, by factor product; cai has only two left."""
    return TopLists(
        products=np.array(
            [[BREAD_XL, PIZZA, WINE], [BUTTER, BREAD, BREAD_XL], [COLA, BREAD_XL, -1], [BREAD, COLA, PIZZA]],
            dtype=np.int32,
        ),
        scores=np.array(
            [[0.9, 0.1, 0.05], [0.62, 0.1, 0.1], [0.7, 0.5, 0.0], [0.7, 0.5, 0.1]], dtype=np.float32
        ),
    )


def _similar() -> TopLists:
    """The three nearest by the cosine of their factors; equal ones in the order of the index."""
    return TopLists(
        products=np.array(
            [
                [BREAD_XL, BUTTER, COLA],
                [BREAD, BUTTER, COLA],
                [COLA, BREAD, BREAD_XL],
                [BUTTER, PIZZA, WINE],
                [WINE, COLA, BUTTER],
                [PIZZA, COLA, BUTTER],
            ],
            dtype=np.int32,
        ),
        scores=np.array(
            [
                [1.0, 0.8, 0.6],
                [1.0, 0.8, 0.6],
                [0.96, 0.8, 0.8],
                [0.96, 0.8, 0.8],
                [1.0, 0.8, 0.6],
                [1.0, 0.8, 0.6],
            ],
            dtype=np.float32,
        ),
    )


def _ridge_links() -> TopLists:
    """Weights chosen rather than fitted, in tenths: who has pizza has cola, who has bread has butter."""
    return TopLists(
        products=np.array(
            [[BUTTER, -1], [BUTTER, -1], [BREAD, BREAD_XL], [PIZZA, BUTTER], [COLA, WINE], [PIZZA, -1]],
            dtype=np.int32,
        ),
        scores=np.array(
            [[0.2, 0.0], [0.1, 0.0], [0.3, 0.2], [0.3, 0.1], [0.3, 0.2], [0.2, 0.0]], dtype=np.float32
        ),
    )


def _ridge_lists() -> TopLists:
    """What the links say of a customer's purchases, log(1 + orders) each; variants of these are no news.

    ana's cola speaks for pizza, 0.3 log 2; pizza and butter speak for cola to cai, 0.4 log 2, and butter
    alone to dora. Nothing ben bought speaks for what he did not buy.
    """
    return TopLists(
        products=np.array([[PIZZA], [-1], [COLA], [COLA]], dtype=np.int32),
        scores=(np.log(2) * np.array([[0.3], [0.0], [0.4], [0.1]])).astype(np.float32),
    )


def _cart_ridge() -> ItemRidge:
    """Weights chosen rather than fitted."""
    return ItemRidge(
        starts=np.array([0, 2, 3, 5, 6, 8, 9], dtype=np.int64),
        products=np.array(
            [
                *(BUTTER, COLA),  # bread speaks for them
                *(BUTTER,),  # bread-xl
                *(BREAD, COLA),  # butter
                *(PIZZA,),  # cola
                *(COLA, WINE),  # pizza
                *(PIZZA,),  # wine
            ],
            dtype=np.int32,
        ),
        weights=np.array([0.4, 0.1, 0.3, 0.4, 0.2, 0.3, 0.3, 0.2, 0.2], dtype=np.float32),
    )


def _popularity() -> Popularity:
    """Recent are all ten days; trending are the last five against the five before.

    The growth of bread-xl is (1 + 1) / (0 + 1), of butter (3 + 1) / (2 + 1); no other one grew.
    """
    return Popularity(
        popular=np.array([BREAD, BUTTER, COLA, PIZZA, WINE, BREAD_XL], dtype=np.int32),
        recent_orders=np.array([5, 1, 5, 5, 4, 2], dtype=np.int32),
        trending=np.array([BREAD_XL, BUTTER], dtype=np.int32),
        trending_scores=np.log2(np.array([2 / 1, 4 / 3])).astype(np.float32),
        trending_orders=np.array([2, 1, 3, 2, 2, 1], dtype=np.int32),
        expected_orders=np.array([3, 0, 2, 3, 2, 1], dtype=np.float32),
        category_starts=np.array([0, 2, 3, 5], dtype=np.int64),
        category_products=np.array([BREAD, BREAD_XL, BUTTER, COLA, WINE], dtype=np.int32),
        channels=Texts.of(["store", "web"]),
        channel_starts=np.array([0, 5, 10], dtype=np.int64),
        channel_products=np.array(
            [BUTTER, BREAD, COLA, BREAD_XL, PIZZA, PIZZA, BREAD, COLA, WINE, BUTTER], dtype=np.int32
        ),
        window=np.array([10, 10, 5, 5], dtype=np.int64),
    )


def _buy_again() -> BuyAgain:
    """No decay: the score is the plain share of the customer's orders with the product."""
    return BuyAgain(
        starts=np.array([0, 3, 6, 10, 12], dtype=np.int64),
        products=np.array(
            [
                *(BREAD, BUTTER, COLA),  # ana, 3 orders
                *(COLA, PIZZA, WINE),  # ben, 2
                *(BREAD, BUTTER, PIZZA, WINE),  # cai, 2
                *(BREAD_XL, BUTTER),  # dora, 1
            ],
            dtype=np.int32,
        ),
        scores=np.array([1, 2 / 3, 1 / 3, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1], dtype=np.float32),
        orders_with=np.array([3, 2, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1], dtype=np.uint16),
        last_day=np.array([3, 2, 2, 5, 5, 5, 6, 6, 7, 7, 8, 8], dtype=np.uint16) + np.uint16(20_000),
        customer_orders=np.array([3, 2, 2, 1], dtype=np.int32),
    )


def _trade_up() -> TradeUp:
    """Nothing here is a better one of anything else: bread-xl is a variant, wine has no price."""
    return TradeUp(
        starts=np.zeros(7, dtype=np.int64),
        upgrades=np.empty(0, dtype=np.int32),
        scores=np.empty(0, dtype=np.float32),
        chances=np.empty(0, dtype=np.float32),
        customers=np.empty(0, dtype=np.int32),
        later_customers=np.empty(0, dtype=np.int32),
        by_margin=np.empty(0, dtype=np.uint8),
    )
