"""Training of The Complete Journey, evaluation apart: within four minutes. `python -m benchmarks.training`.

All that `shopkeeper train` does but tuning and judging, which look at validation and test and are not
needed for answers: reading, the orders learned from eight cuts and from the carts of the validation window,
the last fit, customers' lists, products' pages, value, personas, the artifact on disk.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.table import Table

from benchmarks.data import console
from config.settings import Settings, load_settings
from models.bundle import Facts
from models.errors import ShopkeeperError
from training.bundle_fit import Shortcuts, fit_bundle
from training.choices import default_choices
from training.data.money import minor_digits
from training.data.products import build_catalogue
from training.data.shop import Shop, read_shop
from training.evaluation.exam import Exam
from training.evaluation.past import facts_of, without_stock
from training.evaluation.run import exams
from training.evaluation.split import split_by_time
from training.fitting.page_lists import fit_page_lists
from training.personas.fit import fit_personas
from training.pipeline import Stopwatch
from training.preferences.never_buys import fit_never_buys
from training.publishing import new_version, store
from training.ranking.history import History
from training.ranking.learned import Learned, apply, learn
from training.value.fit import fit_customer_value

CONFIG = Path("config/examples/complete_journey.toml")
MOST_SECONDS = 240


def main() -> None:
    settings = load_settings(CONFIG)
    watch = Stopwatch(console.print)
    try:
        with watch.stage("reading"):
            shop = read_shop(settings.data)
    except ShopkeeperError as error:
        console.print(f"skipped: {error}")
        return
    learned = _learned(settings, shop, watch)
    _trained(settings, shop, learned, watch)
    table = Table("stage", "seconds")
    for stage in watch.stages:
        table.add_row(stage.name, f"{stage.seconds:.1f}")
    total = sum(stage.seconds for stage in watch.stages)
    table.add_row(f"all of it, limit {MOST_SECONDS}", f"{total:.1f}")
    console.print(table)
    if total > MOST_SECONDS:
        sys.exit("the limit was missed")


def _learned(settings: Settings, shop: Shop, watch: Stopwatch) -> Learned:
    """The orders, learned from what was known before the test window."""
    training = settings.training
    split = split_by_time(shop.orders.lines, training.split)
    validation, test = exams(shop.orders, split, training)  # type: ignore[arg-type]  # the data span a year
    assert isinstance(validation, Exam)
    assert isinstance(test, Exam)
    catalogue = without_stock(build_catalogue(shop.orders, shop.products))
    choices = default_choices(training.taste, item_ridge=training.item_ridge)
    few = Shortcuts(skip=frozenset({"similar", "trade_up"}))
    with watch.stage("models before the validation window, for carts"):
        earlier = fit_bundle(
            validation.history, catalogue, training, choices, facts_of(validation), shortcuts=few
        )
    history = History.of_orders(test.history, test.cut.at)
    with watch.stage("orders of customers and carts"):
        return learn(history, (validation, test), earlier, training, catalogue=catalogue)


def _trained(settings: Settings, shop: Shop, learned: Learned, watch: Stopwatch) -> None:
    """The bundle that would be served, to the disk."""
    training = settings.training
    catalogue = build_catalogue(shop.orders, shop.products)
    as_of = int(shop.orders.lines["day"].max()) + 1  # type: ignore[arg-type]  # Int32, not empty
    choices = default_choices(training.taste, item_ridge=training.item_ridge)
    with watch.stage("models"):
        bundle = fit_bundle(shop.orders, catalogue, training, choices, _facts(settings, as_of - 1))
    with watch.stage("customers' lists"):
        bundle = apply(bundle, shop.orders, History.of_orders(shop.orders, as_of), training, learned)
    with watch.stage("products' pages"):
        bundle = replace(bundle, page_lists=fit_page_lists(bundle))
    with watch.stage("value, preferences, personas"):
        worth = fit_customer_value(shop.orders, catalogue, settings.value, as_of)
        never = fit_never_buys(shop.orders, catalogue, settings.preferences)
        bundle = replace(bundle, customer_value=worth.value, never_buys=never)
        bundle = replace(
            bundle, personas=fit_personas(shop.orders, bundle, None, training.seed, training.threads)
        )
    with watch.stage("storing"), TemporaryDirectory() as folder:
        store(bundle, Path(folder))


def _facts(settings: Settings, last_day: int) -> Facts:
    return Facts(
        version=new_version(), created="2026-01-01T00:00:00Z", currency=settings.data.currency,
        minor_digits=minor_digits(settings.data.currency), last_day=last_day, weights={}, more={},
    )  # fmt: skip


if __name__ == "__main__":
    main()
