"""The demo store's customers who trade up are found out, and nothing outside category and band is offered."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from config.settings import Settings, load_settings
from models.bundle import Bundle, Facts
from models.catalogue import NO_PRICE, Catalogue
from models.query import Query
from models.recommender import recommend
from training.bundle_fit import Shortcuts, fit_bundle
from training.choices import default_choices
from training.data.orders import Orders
from training.data.products import build_catalogue
from training.data.shop import read_shop
from training.demo_store.store import DemoStoreOptions, write_demo_store

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class DemoShop:
    """The demo store as read, with everything fitted on it that up_sell needs."""

    folder: Path
    settings: Settings
    orders: Orders
    bundle: Bundle

    @property
    def catalogue(self) -> Catalogue:
        return self.bundle.catalogue

    def articles(self) -> np.ndarray:
        """The name of every product without its brand and size, by product."""
        table = pl.read_csv(self.folder / "products.csv", infer_schema=False)
        plain = {
            row["product_id"]: row["name"].removeprefix(row["brand"]).removesuffix(row["size"]).strip()
            for row in table.iter_rows(named=True)
        }
        ids = self.orders.products.take(np.arange(len(self.orders.products)))
        return np.array([plain.get(item, "") for item in ids])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> DemoShop:
    folder: Path = tmp_path_factory.mktemp("demo") / "store"
    write_demo_store(folder, DemoStoreOptions())
    settings = load_settings(folder / "shop.toml")
    read = read_shop(settings.data)
    catalogue = build_catalogue(read.orders, read.products)
    quick = settings.training.model_copy(
        update={"taste": settings.training.taste.model_copy(update={"factors": 8, "iterations": 2})}
    )
    facts = Facts("demo", "", "EUR", 2, int(read.orders.lines["day"].to_numpy().max()), {}, {})
    shortcuts = Shortcuts(skip=frozenset({"basket_rules", "similar"}))
    choices = default_choices(quick.taste)
    bundle = fit_bundle(read.orders, catalogue, quick, choices, facts, shortcuts=shortcuts)
    return DemoShop(folder, settings, read.orders, bundle)


def test_most_products_have_upgrades(shop: DemoShop) -> None:
    assert (np.diff(shop.bundle.trade_up.starts) > 0).mean() > 0.8


def test_all_that_is_offered_is_inside_category_and_band_in_stock_and_not_owned(shop: DemoShop) -> None:
    catalogue, band, bundle = shop.catalogue, shop.settings.training.trade_up, shop.bundle
    margins = catalogue.price - catalogue.cost
    assert (catalogue.cost != NO_PRICE).all()
    ids = [bundle.products.id(product) for product in range(len(bundle.products))]
    queries = [Query(viewing=item, kinds=("up_sell",)) for item in ids]
    queries += [
        Query(customer_id=bundle.customers.id(customer), kinds=("up_sell",), viewing=viewing)
        for customer in range(0, len(bundle.customers), 9)
        for viewing in (None, ids[customer % len(ids)])
    ]
    offered = 0
    for query in queries:
        owned = np.empty(0, dtype=np.int32)
        if query.customer_id:
            owned = bundle.buy_again.of(bundle.customers.index(query.customer_id)).products
        for item in recommend(bundle, query).recommendations:
            base = bundle.products.index(item.reasons[0].evidence["product_id"])
            product = bundle.products.index(item.product_id)
            assert catalogue.category[product] == catalogue.category[base]
            assert band.min_ratio <= catalogue.price[product] / catalogue.price[base] <= band.max_ratio
            assert margins[product] >= margins[base]
            assert catalogue.stock[product] > 0
            assert catalogue.family[product] not in catalogue.family[owned]
            assert catalogue.family[product] != catalogue.family[base]
            offered += 1
    assert offered > 1000


def test_the_first_upgrade_is_mostly_the_same_article_of_a_better_brand(shop: DemoShop) -> None:
    articles, model = shop.articles(), shop.bundle.trade_up
    rows = [model.of(product).products for product in range(len(articles))]
    # An article in its best brand has nothing of its own kind above it: that is no fault.
    able = [
        (articles[row[0]] == articles[product])
        for product, row in enumerate(rows)
        if len(row) and (articles[row] == articles[product]).any()
    ]
    assert len(able) > 250
    assert np.mean(able) > 0.65  # 0.38 by counts alone


def test_who_trades_up_later_buys_what_would_have_been_offered(shop: DemoShop) -> None:
    """Fitted on the orders before a day; those who planned to trade up after it take up more offers."""
    orders, catalogue = shop.orders, shop.catalogue
    truth = json.loads((shop.folder / "truth.json").read_text())["trading_up"]
    turning = {customer: (date.fromisoformat(day) - EPOCH).days for customer, day in truth.items()}
    last = int(orders.lines["day"].to_numpy().max())
    cut = last - 180
    before, after = orders.lines.filter(pl.col("day") < cut), orders.lines.filter(pl.col("day") >= cut)
    past = replace(orders, lines=before, n_orders=int(before["order"].to_numpy().max()) + 1)
    facts = replace(shop.bundle.facts, last_day=cut - 1)
    bundle = fit_bundle(
        past,
        catalogue,
        shop.settings.training,
        default_choices(shop.settings.training.taste),
        facts,
        shortcuts=Shortcuts(taste=shop.bundle.taste, skip=frozenset({"basket_rules", "similar"})),
    )
    bought = {
        int(customer): set(products)
        for customer, products in after.group_by("customer").agg("product").iter_rows()
    }
    taken: dict[bool, list[float]] = {True: [], False: []}
    for customer, products in bought.items():
        if customer < 0:
            continue
        name = orders.customers.id(customer)
        answer = recommend(bundle, Query(customer_id=name, kinds=("up_sell",), limit=10))
        offered = bundle.products.indices([item.product_id for item in answer.recommendations])
        if len(offered):
            steps_up = cut <= turning.get(name, 0) < last - 60
            taken[steps_up].append(len(products & set(offered.tolist())) / len(offered))
    assert len(taken[True]) >= 20
    assert np.mean(taken[True]) > 2 * np.mean(taken[False])  # 0.166 and 0.036
