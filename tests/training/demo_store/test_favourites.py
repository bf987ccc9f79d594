from __future__ import annotations

import numpy as np
import pytest

from tests.training.demo_store.test_window import END
from training.demo_store.catalogue import build_catalogue
from training.demo_store.favourites import Staples, staple_lines
from training.demo_store.visits import GUEST, Visits
from training.demo_store.window import Window


def visits_on(days: list[int], customers: list[int]) -> Visits:
    count = len(days)
    zeros = np.zeros(count, dtype=np.int64)
    return Visits(
        customer=np.array(customers),
        day=np.array(days),
        second=zeros,
        channel=zeros,
        persona=zeros,
        barred=zeros,
        rung=np.ones(count, dtype=np.int64),
        basket=np.ones(count),
    )


def one_staple(customer: int, interval: float) -> Staples:
    zero = np.zeros(1, dtype=np.int64)
    return Staples(np.array([customer]), zero, np.array([interval]), zero, zero)


@pytest.mark.parametrize("interval", [5.0, 20.0])
def test_a_daily_visitor_buys_a_staple_at_its_interval(interval: float) -> None:
    catalogue = build_catalogue(np.random.default_rng(1), 730)
    visits = visits_on(list(range(730)), [0] * 730)
    order, product = staple_lines(
        np.random.default_rng(2), one_staple(0, interval), visits, catalogue, Window(END)
    )
    assert set(product.tolist()) == {int(catalogue.by_article[0, 1, 0])}
    bought = np.unique(visits.day[order])
    # 0.88 of the needs are met here; two needs on one day count once
    assert 0.7 < len(bought) / (730 / interval) <= 1.0
    assert np.median(np.diff(bought)) == pytest.approx(interval, rel=0.35)


def test_a_rare_visitor_buys_it_at_most_visits() -> None:
    catalogue = build_catalogue(np.random.default_rng(1), 730)
    days = list(range(10, 730, 60))
    visits = visits_on(days, [0] * len(days))
    order, _ = staple_lines(np.random.default_rng(2), one_staple(0, 7.0), visits, catalogue, Window(END))
    assert len(np.unique(order)) >= 0.5 * len(days)


def test_guests_and_others_get_nothing_of_it() -> None:
    catalogue = build_catalogue(np.random.default_rng(1), 730)
    days = sorted(list(range(0, 700, 10)) * 3)
    customers = [0, 1, GUEST] * (len(days) // 3)
    order, _ = staple_lines(
        np.random.default_rng(2), one_staple(1, 10.0), visits_on(days, customers), catalogue, Window(END)
    )
    assert len(order) > 0
    assert set(np.array(customers)[order].tolist()) == {1}
