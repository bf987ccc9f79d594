"""A bundle of any size, made of random arrays with the shapes and skews of a real one.

For measuring the service without training first: what is recommended is meaningless, what it
costs to look up, score, filter and explain is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.synthetic_carts import synthetic_cart_ranker
from models.basket_rules import BasketRules, rule_key
from models.bought_together import BoughtTogether, shrunk_score
from models.bundle import Bundle, Facts
from models.buy_again import BuyAgain
from models.cart_ranker import no_cart_ranker
from models.catalogue import NO_BRAND, NO_PRICE, Catalogue
from models.ids import IdMap
from models.item_ridge import ItemRidge
from models.lists import TopLists
from models.page_lists import no_page_lists
from models.past_baskets import PastBaskets
from models.popularity import Popularity
from models.ranked_lists import SOURCES, CustomerLists, RankedLists, no_ranked_lists
from models.taste import Taste
from models.texts import Texts
from models.trade_up import TradeUp
from training.fitting.page_lists import fit_page_lists

LAST_DAY = 20_000
CATEGORIES = 40


@dataclass(frozen=True, slots=True)
class Size:
    """How large the synthetic shop is."""

    products: int = 10_000
    customers: int = 200_000
    orders: int = 1_000_000
    rules_per_product: int = 50
    purchases_per_customer: int = 20
    list_length: int = 100
    factors: int = 64
    basket_rules: int = 20_000


def product_ids(size: Size) -> list[str]:
    """The ids of the products, in the order of their index."""
    return [f"p{number:07d}" for number in range(size.products)]


def customer_ids(size: Size) -> list[str]:
    """The ids of the customers, in the order of their index."""
    return [f"c{number:08d}" for number in range(size.customers)]


def synthetic_bundle(size: Size, seed: int = 7, version: str = "synthetic") -> Bundle:
    """The bundle of a shop of this size; the same seed gives the same bundle."""
    rng = np.random.default_rng(seed)
    popularity = _zipf(size.products)
    orders = np.maximum(size.orders * 8 * popularity, 5).astype(np.int32)
    purchases = _buy_again(size, popularity, rng)
    bundle = Bundle(
        facts=_facts(version),
        products=IdMap.of(product_ids(size)),
        customers=IdMap.of(customer_ids(size)),
        catalogue=_catalogue(size, rng),
        bought_together=_bought_together(size, orders, rng),
        basket_rules=_basket_rules(size, rng),
        taste=_taste(size, rng),
        taste_lists=_lists(size.customers, size, rng),
        similar=_lists(size.products, size, rng),
        ridge_lists=_lists(size.customers, replace(size, list_length=min(size.list_length, 50)), rng),
        ridge_links=_lists(size.products, size, rng),
        cart_ridge=_cart_ridge(size, rng),
        popularity=_popularity(size, orders, rng),
        buy_again=purchases,
        trade_up=_trade_up(size, rng),
        customer_lists=_customer_lists(size, rng),
        past_baskets=_past_baskets(purchases, rng),
        page_lists=no_page_lists(size.products),
        cart_ranker=no_cart_ranker(size.products, size.customers),
    )
    return replace(bundle, cart_ranker=synthetic_cart_ranker(bundle, rng), page_lists=fit_page_lists(bundle))


def _facts(version: str) -> Facts:
    weights = {
        "bought_together": 1.0,
        "basket_rules": 0.5,
        "cart_ridge": 1.0,
        "item_ridge": 0.7,
        "taste": 0.7,
        "trending": 0.1,
        "popularity": 0.2,
    }
    return Facts(version, "2024-10-05T00:00:00+00:00", "USD", 2, LAST_DAY, weights, {})


def _zipf(n: int) -> np.ndarray:
    """Shares of sales by rank, as shops have them: float64 [n], summing to 1."""
    shares = 1.0 / np.arange(10, n + 10) ** 0.9
    normed: np.ndarray = shares / shares.sum()
    return normed


def _draw(shares: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """n product indices int32 drawn by their shares."""
    drawn = np.searchsorted(np.cumsum(shares), rng.random(n)).astype(np.int32)
    return np.minimum(drawn, len(shares) - 1)


def _catalogue(size: Size, rng: np.random.Generator) -> Catalogue:
    family = np.arange(size.products, dtype=np.int32)
    variants = rng.choice(size.products, size.products // 20, replace=False)
    family[variants] = np.maximum(family[variants] - 1, 0)
    return Catalogue(
        names=Texts.of(f"Product number {number}" for number in range(size.products)),
        categories=Texts.of(f"Category {number}" for number in range(CATEGORIES)),
        category=rng.integers(0, CATEGORIES, size.products).astype(np.int32),
        family=family,
        price=rng.integers(100, 10_000, size.products),
        cost=np.full(size.products, NO_PRICE, dtype=np.int64),
        stock=rng.integers(0, 50, size.products).astype(np.int32),
        brands=Texts.of([]),
        brand=np.full(size.products, NO_BRAND, dtype=np.int32),
        tags=Texts.of([]),
        tag_starts=np.zeros(size.products + 1, dtype=np.int64),
        tag=np.empty(0, dtype=np.int32),
    )


def _bought_together(size: Size, orders: np.ndarray, rng: np.random.Generator) -> BoughtTogether:
    shape = (size.products, min(size.rules_per_product, size.products - 1))
    consequents = rng.integers(0, size.products, shape).astype(np.int32)
    ceiling = np.minimum(orders[:, None], orders[consequents])
    pairs = np.maximum(ceiling * rng.random(shape) * 0.5, 3).astype(np.int32)
    scores = shrunk_score(pairs, orders[:, None], orders[consequents], size.orders, damping=10, discount=0.5)
    order = np.argsort(-scores, axis=1)
    return BoughtTogether(
        starts=np.arange(size.products + 1, dtype=np.int64) * shape[1],
        consequents=np.take_along_axis(consequents, order, 1).ravel(),
        pair_orders=np.take_along_axis(pairs, order, 1).ravel(),
        scores=np.take_along_axis(scores, order, 1).ravel().astype(np.float32),
        product_orders=orders,
        all_orders=np.array([size.orders], dtype=np.int64),
    )


def _basket_rules(size: Size, rng: np.random.Generator) -> BasketRules:
    n = size.basket_rules
    popular = min(200, size.products - 2)
    antecedents = np.full((n, 3), -1, dtype=np.int32)
    antecedents[:, :2] = np.sort(np.argsort(rng.random((n, popular)), axis=1)[:, :2], axis=1)
    keys = np.array([rule_key((int(a), int(b)), size.products) for a, b, _ in antecedents], dtype=np.int64)
    scores = rng.random(n).astype(np.float32)
    order = np.lexsort((-scores, keys))
    counts = rng.integers(100, 1000, n).astype(np.int32)
    return BasketRules(
        keys=keys[order],
        antecedents=antecedents[order],
        consequents=rng.integers(0, size.products, n).astype(np.int32),
        rule_orders=counts // 3,
        antecedent_orders=counts,
        consequent_orders=counts * 4,
        scores=scores[order],
        all_orders=np.array([size.orders], dtype=np.int64),
        n_products=np.array([size.products], dtype=np.int64),
    )


def _taste(size: Size, rng: np.random.Generator) -> Taste:
    products = rng.normal(0, 0.1, (size.products, size.factors)).astype(np.float32)
    return Taste(
        customer_factors=rng.normal(0, 0.1, (size.customers, size.factors)).astype(np.float32),
        product_factors=products,
        gram=products.T @ products,
        regularization=np.array([0.1]),
        alpha=np.array([1.0]),
    )


def _lists(rows: int, size: Size, rng: np.random.Generator) -> TopLists:
    """Distinct products a row: a random start and a random stride through the catalogue."""
    length = min(size.list_length, size.products - 1)
    start = rng.integers(0, size.products, (rows, 1))
    stride = rng.integers(1, max(size.products // length, 2), (rows, 1))
    products = (start + stride * np.arange(length)) % size.products
    scores = np.sort(rng.random((rows, length), dtype=np.float32), axis=1)[:, ::-1]
    return TopLists(products=products.astype(np.int32), scores=np.ascontiguousarray(scores))


def _customer_lists(size: Size, rng: np.random.Generator) -> CustomerLists:
    """As long as training writes them by default, of random products."""

    def ranked(length: int) -> RankedLists:
        lists = _lists(size.customers, replace(size, list_length=length), rng)
        sources = rng.integers(1, len(SOURCES), lists.products.shape).astype(np.uint8)
        return RankedLists(lists.products, lists.scores, sources)

    again = no_ranked_lists(size.customers)  # its candidates are those of buy_again
    return CustomerLists(ranked(60), ranked(20), again)


def _cart_ridge(size: Size, rng: np.random.Generator) -> ItemRidge:
    """Of the 5,000 most sold products each speaks for about a hundred others."""
    fitted = min(size.products, 5_000)
    lengths = np.zeros(size.products, dtype=np.int64)
    lengths[:fitted] = rng.integers(1, min(200, fitted), fitted) if fitted > 1 else 0
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return ItemRidge(
        starts=starts,
        products=rng.integers(0, fitted, starts[-1]).astype(np.int32),
        weights=(0.2 * rng.random(starts[-1], dtype=np.float32) ** 4 + 1e-4).astype(np.float32),
    )


def _past_baskets(purchases: BuyAgain, rng: np.random.Generator) -> PastBaskets:
    """What every customer bought, in five baskets."""
    n = len(purchases.products)
    return PastBaskets(
        starts=purchases.starts,
        products=purchases.products,
        baskets=(np.arange(n) % 5).astype(np.uint8),
        weights=rng.random(n, dtype=np.float32),
    )


def _popularity(size: Size, orders: np.ndarray, rng: np.random.Generator) -> Popularity:
    length = min(500, size.products)
    recent = np.maximum(orders // 4, 1)
    by_category = rng.permutation(size.products)[: CATEGORIES * 50].astype(np.int32)
    trending = rng.permutation(size.products)[:length].astype(np.int32)
    return Popularity(
        popular=np.arange(length, dtype=np.int32),
        recent_orders=recent,
        trending=trending,
        trending_scores=np.linspace(2, 0.1, length).astype(np.float32),
        trending_orders=(recent // 3).astype(np.int32),
        expected_orders=(recent / 6).astype(np.float32),
        category_starts=np.linspace(0, len(by_category), CATEGORIES + 1).astype(np.int64),
        category_products=by_category,
        channels=Texts.of(["web"]),
        channel_starts=np.array([0, length], dtype=np.int64),
        channel_products=np.arange(length, dtype=np.int32),
        window=np.array([90, size.orders // 4, 28, size.orders // 12], dtype=np.int64),
    )


def _buy_again(size: Size, popularity: np.ndarray, rng: np.random.Generator) -> BuyAgain:
    rows = np.repeat(np.arange(size.customers), size.purchases_per_customer)
    drawn = np.unique(rows * size.products + _draw(popularity, len(rows), rng))
    rows, products = np.divmod(drawn, size.products)
    starts = np.searchsorted(rows, np.arange(size.customers + 1))
    scores = rng.random(len(rows), dtype=np.float32)
    order = np.lexsort((-scores, rows))
    return BuyAgain(
        starts=starts.astype(np.int64),
        products=products[order].astype(np.int32),
        scores=scores[order],
        orders_with=rng.integers(1, 8, len(rows)).astype(np.uint16),
        last_day=rng.integers(LAST_DAY - 300, LAST_DAY, len(rows)).astype(np.uint16),
        customer_orders=rng.integers(8, 30, size.customers).astype(np.int32),
    )


def _trade_up(size: Size, rng: np.random.Generator) -> TradeUp:
    """The next products of every product as its upgrades, whatever they cost."""
    per_product = min(30, size.products - 1)
    shape = (size.products, per_product)
    upgrades = (np.arange(size.products)[:, None] + 1 + np.arange(per_product)) % size.products
    customers = rng.integers(20, 200, shape)
    later = (customers * rng.random(shape) * 0.3).astype(np.int32)
    return TradeUp(
        starts=np.arange(size.products + 1, dtype=np.int64) * per_product,
        upgrades=upgrades.ravel().astype(np.int32),
        scores=np.sort(rng.random(shape, dtype=np.float32), axis=1)[:, ::-1].ravel(),
        chances=((later + 1) / (customers + 10)).ravel().astype(np.float32),
        customers=customers.ravel().astype(np.int32),
        later_customers=later.ravel(),
        by_margin=np.zeros(later.size, dtype=np.uint8),
    )
