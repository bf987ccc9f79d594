"""Never-buys on planted truth, and what must hold of the model of habits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from config.preferences import Preferences
from config.settings import load_settings
from models.catalogue import Catalogue
from models.never_buys import NeverBuys
from training.data.orders import Orders
from training.data.products import build_catalogue
from training.data.shop import read_shop
from training.demo_store.store import DemoStoreOptions, write_demo_store
from training.preferences.beta_binomial import Habit, fit_habit
from training.preferences.never_buys import fit_never_buys

VEGETARIANS, OTHERS = 0.95, 0.02


def test_none_of_n_baskets_is_the_integral_over_rates() -> None:
    habit = Habit(1.7, 3.2, 0.1)
    whole, _ = quad(lambda rate: (1 - rate) ** 9 * beta.pdf(rate, 1.7, 3.2), 0, 1)
    assert np.exp(habit.log_none(np.array([9.0])))[0] == pytest.approx(whole)
    assert habit.avoids(np.array([9.0]))[0] == pytest.approx(0.1 / (0.1 + 0.9 * whole))
    assert Habit(1, 1, 0.0).avoids(np.array([50.0])).tolist() == [0.0]


def test_planted_habits_are_found_again() -> None:
    rng = np.random.default_rng(3)
    baskets = rng.integers(3, 40, 8000)
    rates = rng.beta(2.0, 4.0, 8000)
    rates[rng.random(8000) < 0.12] = 0
    habit = fit_habit(baskets, rng.binomial(baskets, rates))
    assert habit is not None
    assert habit.rate == pytest.approx(1 / 3, abs=0.01)
    assert habit.avoiding == pytest.approx(0.12, abs=0.01)
    chances = habit.avoids(np.array([3.0, 8.0, 20.0]))
    assert (np.diff(chances) > 0).all(), "the longer somebody came without it, the surer"


def test_where_nobody_avoids_it_hardly_anybody_is_said_to() -> None:
    rng = np.random.default_rng(4)
    baskets = rng.integers(3, 40, 8000)
    habit = fit_habit(baskets, rng.binomial(baskets, rng.beta(2.0, 4.0, 8000)))
    assert habit is not None
    assert habit.avoiding < 0.01


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Orders, Catalogue]:
    folder = tmp_path_factory.mktemp("demo")
    write_demo_store(folder, DemoStoreOptions())
    shop = read_shop(load_settings(folder / "shop.toml").data)
    return folder, shop.orders, build_catalogue(shop.orders, shop.products)


def barred(found: NeverBuys, customers: int) -> list[frozenset[int]]:
    return [found.products_of(found.names_of(at)) for at in range(customers)]


def test_the_demo_stores_vegetarians_are_found_and_others_left_in_peace(
    demo: tuple[Path, Orders, Catalogue],
) -> None:
    folder, orders, catalogue = demo
    truth = json.loads((folder / "truth.json").read_text())
    found = fit_never_buys(orders, catalogue, Preferences())
    n = len(orders.customers)
    tags = [catalogue.tags[at] for at in range(len(catalogue.tags))]
    tagged = np.repeat(np.arange(len(catalogue)), np.diff(catalogue.tag_starts))
    of_tag = {tag: frozenset(tagged[catalogue.tag == at].tolist()) for at, tag in enumerate(tags)}
    may_never: list[set[int]] = [set() for _ in range(n)]
    for tag, customers in truth["never_buys"].items():
        for at in orders.customers.indices(customers).tolist():
            if at >= 0:
                may_never[at] |= of_tag[tag]
    vegetarians = [at for at in orders.customers.indices(truth["vegetarians"]).tolist() if at >= 0]
    per_customer = orders.lines.unique("order").group_by("customer").len()
    often = np.zeros(n, dtype=np.int64)
    for customer, count in per_customer.iter_rows():
        if customer >= 0:
            often[customer] = count
    known = [at for at in vegetarians if often[at] >= 8]
    assert len(known) > 50
    meatless = [at for at in known if "tag:meat" in found.names_of(at)]
    assert len(meatless) >= VEGETARIANS * len(known)
    others = sorted(set(range(n)) - set(vegetarians))
    products = barred(found, n)
    wronged = [at for at in others if products[at] - may_never[at]]
    assert len(wronged) <= OTHERS * len(others)
    frequent = [at for at in others if often[at] >= 8]
    assert len([at for at in wronged if often[at] >= 8]) <= OTHERS * len(frequent)
    each = found.of(meatless[0])[0]
    assert each.confidence > 0.9
    assert each.baskets == often[meatless[0]]
    assert 0 < each.rate < 1


def test_what_is_left_out_or_switched_off_is_not_learned(demo: tuple[Path, Orders, Catalogue]) -> None:
    _, orders, catalogue = demo
    off = fit_never_buys(orders, catalogue, Preferences(enabled=False))
    assert len(off.subject) == 0
    assert len(off.starts) == len(orders.customers) + 1
    without = fit_never_buys(orders, catalogue, Preferences(leave_out=("tag:meat",)))
    assert "tag:meat" not in without.places()
    assert len(without.subject)


def test_fewer_false_discoveries_find_fewer(demo: tuple[Path, Orders, Catalogue]) -> None:
    _, orders, catalogue = demo
    strict, loose = (
        fit_never_buys(orders, catalogue, Preferences(false_discoveries=share)) for share in (0.001, 0.05)
    )
    assert 0 < len(strict.subject) < len(loose.subject)
    assert strict.confidence.min() > loose.confidence.min()
