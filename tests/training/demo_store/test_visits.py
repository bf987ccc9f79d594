from __future__ import annotations

import numpy as np
import pytest

from tests.training.demo_store.test_window import END
from training.demo_store.catalogue import build_catalogue
from training.demo_store.people import People, build_people
from training.demo_store.personas import taste_of_personas
from training.demo_store.visits import GUEST, build_visits
from training.demo_store.window import Window

WINDOW = Window(END)


@pytest.fixture(scope="module")
def people() -> People:
    catalogue = build_catalogue(np.random.default_rng(1), WINDOW.days)
    taste = taste_of_personas(catalogue.categories, catalogue.category, catalogue.popularity)
    return build_people(np.random.default_rng(2), 500, WINDOW, catalogue, taste)


@pytest.mark.parametrize("orders", [10, 300, 5000])
def test_as_many_visits_as_asked_sorted_and_within_bounds(people: People, orders: int) -> None:
    visits = build_visits(np.random.default_rng(3), people, WINDOW, orders)
    assert len(visits) == orders
    assert (visits.customer == GUEST).sum() == round(0.2 * orders)
    moment = visits.day * 86_400 + visits.second
    assert (np.diff(moment) >= 0).all()
    assert visits.day.min() >= 0
    assert visits.day.max() < WINDOW.days
    members = visits.customer >= 0
    customer, day = visits.customer[members], visits.day[members]
    assert (day >= people.start[customer]).all()
    assert (day < np.maximum(people.stop[customer], 1)).all()
    assert people.buys()[customer].all()


def test_every_buyer_orders_when_there_are_enough_orders(people: People) -> None:
    visits = build_visits(np.random.default_rng(3), people, WINDOW, 3000)
    assert set(np.flatnonzero(people.buys()).tolist()) == set(visits.customer.tolist()) - {GUEST}


def test_gaps_are_more_regular_than_chance(people: People) -> None:
    visits = build_visits(np.random.default_rng(3), people, WINDOW, 20_000)
    keen = np.bincount(visits.customer[visits.customer >= 0]).argmax()
    gaps = np.diff(visits.day[visits.customer == keen])
    assert gaps.std() / gaps.mean() < 1.0  # visits by pure chance would have 1


def test_quality_rises_when_a_customer_trades_up(people: People) -> None:
    visits = build_visits(np.random.default_rng(3), people, WINDOW, 10_000)
    members = visits.customer >= 0
    customer = visits.customer[members]
    later = visits.day[members] >= people.trades_up_on[customer]
    assert later.any()
    assert (visits.rung[members] == people.rung[customer] + later).all()
    assert visits.rung.max() == 2
