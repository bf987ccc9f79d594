"""The demo store as a whole: from options to a directory of files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from models.errors import ConfigError
from training.demo_store.baskets import MAX_BASKET, MEAN_BASKET, Shop, fill_baskets
from training.demo_store.catalogue import build_catalogue
from training.demo_store.combos import read_combos
from training.demo_store.customers import customers_table
from training.demo_store.events import events_table
from training.demo_store.files import products_table, write_csv, write_json, written_together
from training.demo_store.orders import Dirt, build_orders, choose_delivered, orders_text, plan_dirt, with_dirt
from training.demo_store.people import SERVICES, People, build_people
from training.demo_store.personas import taste_of_personas
from training.demo_store.plans import plans_toml
from training.demo_store.prices import build_prices
from training.demo_store.subscriptions import build_subscriptions, subscriptions_table
from training.demo_store.texts import readme, shop_toml
from training.demo_store.truth import dirt_truth, people_truth, plan_truth, product_truth
from training.demo_store.usage import usage_table
from training.demo_store.visits import GUEST, build_visits
from training.demo_store.window import Window

MIN_CUSTOMERS = 20
MIN_ORDER_LINES = 200
STEPS = ("catalogue", "customers", "orders", "events", "plans and usage", "truth")

# One stream of chance for each part, so that a change in one leaves the others as they were.
_CATALOGUE, _PRICES, _PEOPLE, _VISITS, _BASKETS, _ORDERS, _CUSTOMERS, _EVENTS, _SUBSCRIPTIONS, _USAGE = range(
    10
)


@dataclass(frozen=True)
class DemoStoreOptions:
    """What store to make. `order_lines` counts every line of orders.csv; `end` is its last day."""

    customers: int = 4000
    order_lines: int = 150_000
    seed: int = 7
    end: date = date(2026, 10, 31)


@dataclass(frozen=True)
class DemoStoreSummary:
    """Counts of what was written."""

    products: int
    customers: int
    customers_with_orders: int
    orders: int
    guest_orders: int
    order_lines: int
    events: int
    subscriptions: int
    usage_days: int
    files: tuple[str, ...]


def write_demo_store(
    directory: Path, options: DemoStoreOptions, on_step: Callable[[str], None] = lambda _: None
) -> DemoStoreSummary:
    """Generate a store into `directory`, replacing the files of an earlier one.

    The same options give the same bytes. `on_step` is called with each of STEPS as it begins.
    Raises ConfigError for options out of range, and when `directory` cannot be written.
    """
    _check(options)
    with written_together(directory) as workplace:
        counts = _Writer(workplace, directory, options, on_step).write()
        return DemoStoreSummary(**counts, files=tuple(sorted(path.name for path in workplace.iterdir())))


def _check(options: DemoStoreOptions) -> None:
    for key, value, least in (
        ("customers", options.customers, MIN_CUSTOMERS),
        ("order_lines", options.order_lines, MIN_ORDER_LINES),
        ("seed", options.seed, 0),
    ):
        if value < least:
            raise ConfigError(f"{key} is {value}; it must be {least} or more", key=key)


class _Writer:
    """Writes one file after another; later ones need what earlier ones made."""

    def __init__(
        self, workplace: Path, directory: Path, options: DemoStoreOptions, on_step: Callable[[str], None]
    ) -> None:
        self.workplace = workplace
        self.directory = directory
        self.options = options
        self.on_step = on_step
        self.window = Window(options.end)
        self.counts: dict[str, int] = {}

    def write(self) -> dict[str, Any]:
        """Write everything; returns the counts of DemoStoreSummary."""
        self.on_step("catalogue")
        shop = self._catalogue()
        self.on_step("customers")
        people = self._customers(shop)
        self.on_step("orders")
        dirt, with_orders = self._orders_and_events(shop, people)
        self.on_step("plans and usage")
        plans = self._plans_and_usage(shop, people)
        self.on_step("truth")
        planted = {**product_truth(shop), **people_truth(people, with_orders, self.window), **plans}
        self._truth_and_texts(planted, dirt)
        return {name: count for name, count in self.counts.items() if name != "delivery_lines"}

    def _rng(self, stream: int) -> np.random.Generator:
        return np.random.default_rng([self.options.seed, stream])

    def _catalogue(self) -> Shop:
        catalogue = build_catalogue(self._rng(_CATALOGUE), self.window.days)
        write_csv(self.workplace / "products.csv", products_table(catalogue))
        self.counts["products"] = len(catalogue.products)
        return Shop(
            window=self.window,
            catalogue=catalogue,
            taste=taste_of_personas(catalogue.categories, catalogue.category, catalogue.popularity),
            prices=build_prices(self._rng(_PRICES), catalogue.price, catalogue.unit_cost, self.window.days),
            combos=read_combos(catalogue),
        )

    def _customers(self, shop: Shop) -> People:
        people = build_people(
            self._rng(_PEOPLE), self.options.customers, self.window, shop.catalogue, shop.taste
        )
        table = customers_table(self._rng(_CUSTOMERS), people, shop.catalogue.categories, self.window)
        write_csv(self.workplace / "customers.csv", table)
        self.counts["customers"] = len(people)
        return people

    def _orders_and_events(
        self, shop: Shop, people: People
    ) -> tuple[Dirt, np.ndarray[Any, np.dtype[np.bool_]]]:
        """Returns the planted faults and who has an order; shape (customers,)."""
        dirt = plan_dirt(self.options.order_lines)
        wanted = self.options.order_lines - dirt.added_lines()
        visits = build_visits(self._rng(_VISITS), people, self.window, round(wanted / MEAN_BASKET))
        rng = self._rng(_ORDERS)
        delivered = choose_delivered(rng, visits)
        lines = fill_baskets(self._rng(_BASKETS), shop, people, visits, wanted - len(delivered))
        clean = build_orders(rng, shop, visits, lines, delivered)
        table = with_dirt(rng, clean, dirt, self.window)
        product_ids = [product.product_id for product in shop.catalogue.products]
        write_csv(self.workplace / "orders.csv", orders_text(table, product_ids, self.window))
        customer = visits.customer[np.unique(lines[0])]
        with_orders = np.isin(np.arange(len(people)), customer)
        self.counts |= {
            "customers_with_orders": int(with_orders.sum()),
            "orders": len(customer),
            "guest_orders": int((customer == GUEST).sum()),
            "order_lines": len(table),
            "delivery_lines": len(clean) - len(lines[0]),
        }
        self.on_step("events")
        events = events_table(self._rng(_EVENTS), shop, people, visits, lines)
        self._parquet(events, "events")
        self.counts["events"] = len(events)
        return dirt, with_orders

    def _plans_and_usage(self, shop: Shop, people: People) -> dict[str, Any]:
        """Returns what was planted about subscribers."""
        (self.workplace / "plans.toml").write_text(plans_toml(), encoding="utf-8")
        interests = (*shop.catalogue.categories, *SERVICES)
        subscriptions = build_subscriptions(self._rng(_SUBSCRIPTIONS), people, self.window, interests)
        table = subscriptions_table(subscriptions, self.window)
        write_csv(self.workplace / "subscriptions.csv", table)
        usage = usage_table(self._rng(_USAGE), subscriptions, self.window)
        self._parquet(usage, "usage")
        self.counts |= {"subscriptions": len(table), "usage_days": len(usage)}
        return plan_truth(people, subscriptions)

    def _truth_and_texts(self, planted: dict[str, Any], dirt: Dirt) -> None:
        delivery_lines = self.counts["delivery_lines"]
        as_of = (self.options.end + timedelta(days=1)).isoformat()
        truth = {
            "options": {**asdict(self.options), "end": self.options.end.isoformat()},
            "as_of": as_of,
            "max_basket": MAX_BASKET,
            "counts": self.counts,
            "dirt": dirt_truth(dirt, delivery_lines),
            **planted,
        }
        write_json(self.workplace / "truth.json", truth)
        text = readme(self.options.seed, as_of, dirt, delivery_lines)
        (self.workplace / "README.txt").write_text(text, encoding="utf-8")
        (self.workplace / "shop.toml").write_text(shop_toml(self.directory), encoding="utf-8")

    def _parquet(self, table: pl.DataFrame, name: str) -> None:
        table.write_parquet(self.workplace / f"{name}.parquet", compression="zstd")
