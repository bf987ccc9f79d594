"""The demo store's planted combinations are found, with default settings, on orders as they are read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from models.basket_rules import BasketRules
from models.bought_together import BoughtTogether
from training.data.orders import Orders
from training.data.shop import read_shop
from training.demo_store.store import DemoStoreOptions, write_demo_store
from training.fitting.basket_rules import fit_basket_rules
from training.fitting.bought_together import fit_bought_together
from training.matrices import basket_matrix


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("demo") / "store"
    write_demo_store(folder, DemoStoreOptions())
    return folder


@pytest.fixture(scope="module")
def shop_settings(store: Path) -> Settings:
    return load_settings(store / "shop.toml")


@pytest.fixture(scope="module")
def orders(shop_settings: Settings) -> Orders:
    return read_shop(shop_settings.data).orders


@pytest.fixture(scope="module")
def rules(orders: Orders, shop_settings: Settings) -> BasketRules:
    training = shop_settings.training
    baskets = basket_matrix(orders.lines, orders.n_orders, len(orders.products))
    return fit_basket_rules(baskets, training.bought_together, training.seed, training.threads)


@pytest.fixture(scope="module")
def pairs(orders: Orders, shop_settings: Settings) -> BoughtTogether:
    training = shop_settings.training
    baskets = basket_matrix(orders.lines, orders.n_orders, len(orders.products))
    return fit_bought_together(baskets, training.bought_together, training.threads)


def combos(store: Path, antecedents: int) -> list[tuple[list[str], str]]:
    planted = json.loads((store / "truth.json").read_text())["combos"]
    found = [(combo["antecedents"], combo["consequent"]) for combo in planted]
    return [combo for combo in found if len(combo[0]) == antecedents]


def test_every_combination_with_two_antecedents_is_a_rule(
    store: Path, orders: Orders, rules: BasketRules
) -> None:
    planted = combos(store, antecedents=2)
    assert planted
    for antecedents, consequent in planted:
        basket = orders.products.indices(antecedents)
        wanted = orders.products.index(consequent)
        matching = [int(at) for at in rules.matching(basket) if rules.consequents[at] == wanted]
        assert len(matching) == 1, (antecedents, consequent)
        # It is the best that can be said of this basket, or the one after it.
        assert wanted in rules.of(basket).products[:2].tolist()


def test_every_combination_with_one_antecedent_is_among_the_best_pairs(
    store: Path, orders: Orders, pairs: BoughtTogether
) -> None:
    planted = combos(store, antecedents=1)
    assert planted
    for (antecedent,), consequent in planted:
        best = pairs.of(orders.products.index(antecedent)).products[:3]
        assert orders.products.index(consequent) in best.tolist(), (antecedent, consequent)
