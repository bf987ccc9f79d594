"""Lists of known customers: the planted truth is found, whoever is asked and however the work is spread."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from config.training import Ranking, Training
from models.ids import UNKNOWN
from models.ranked_lists import LISTS, SOURCES, CustomerLists
from tests.training.ranking.worlds import (
    WINDOW,
    Basket,
    fashion_shop,
    habit_shop,
    history_of,
    plain_catalogue,
)
from training.ranking import examples, shortlist, snapshot
from training.ranking.fit import Rankers, fit_rankers
from training.ranking.history import History
from training.ranking.lists import _blocks, write_lists
from training.ranking.statistics import pair_statistics

SETTINGS = Training(threads=1, ranking=Ranking(cuts=4, list_length=10, mixed_length=5))
TWO = SETTINGS.model_copy(update={"threads": 2})
NEXT = 0  # the product that spreads among the first 40 customers of the fashion shop


@cache
def fashion() -> History:
    return history_of(fashion_shop(), 80, 100, 210)


@cache
def habits() -> History:
    return history_of(habit_shop(), 60, 90, 200)


@cache
def learned(shop: str) -> Rankers:
    history = fashion() if shop == "fashion" else habits()
    rankers = fit_rankers(history, plain_catalogue(history.n_products), SETTINGS, WINDOW)
    assert isinstance(rankers, Rankers)
    return rankers


@cache
def written(shop: str) -> CustomerLists:
    history = fashion() if shop == "fashion" else habits()
    return write_lists(history, plain_catalogue(history.n_products), learned(shop), SETTINGS)


def assert_same(one: CustomerLists, other: CustomerLists) -> None:
    for name, array in one.to_arrays().items():
        if name.endswith("scores"):
            assert other.to_arrays()[name] == pytest.approx(array, abs=1e-5)
        else:
            assert np.array_equal(other.to_arrays()[name], array), name


def test_who_will_buy_it_next_is_offered_it() -> None:
    owned = fashion().owned().toarray()[:, NEXT] > 0
    waiting = [customer for customer in range(40) if not owned[customer]]
    assert len(waiting) > 10
    lists = written("fashion")
    for customer in waiting:
        assert lists.new.of(customer).products[0] == NEXT, customer
    for customer in np.flatnonzero(owned).tolist():
        assert NEXT not in lists.new.of(customer).products
    for customer in range(40, 80):  # a list may end with what is left when the customer has nearly everything
        others = [place for place, product in enumerate(lists.new.of(customer).products) if product < 50]
        assert others == list(range(10 - len(others), 10)), customer
        assert len(others) <= 1


def test_what_is_due_leads_what_was_bought_before() -> None:
    """Each customer has four products that are bought every 20 days: the one due next is the most overdue."""
    history = habits()
    pairs = pair_statistics(history, np.arange(90, dtype=np.int32), 90)
    first, in_order = 0, 0
    for customer in range(60):
        again = written("habits").again.of(customer).products
        own = again[again < 30]
        at, exists = pairs.of(np.full(90, customer), np.arange(90))
        overdue = np.nan_to_num(pairs.looked_up(at, exists, "overdue"))
        regular = np.where(np.arange(90) < 30, overdue, 0)
        first += int(own[0] == regular.argmax())
        in_order += int(len(own) == 1 or overdue[own[0]] >= overdue[own[1]])
    assert first >= 55
    assert in_order >= 55


@pytest.mark.parametrize("shop", ["fashion", "habits"])
def test_lists_hold_what_they_say(shop: str) -> None:
    history = fashion() if shop == "fashion" else habits()
    lists, owned = written(shop), history.owned().toarray() > 0
    lengths = {"new": 10, "mixed": 10, "again": 10}
    for name in LISTS:
        part = getattr(lists, name)
        assert part.products.shape == (history.n_customers, lengths[name])
        assert part.products.dtype == np.int32
        assert (np.diff(part.scores, axis=1) <= 0).all()
        assert ((part.scores >= 0) & (part.scores <= 1)).all()
        assert ((part.products == UNKNOWN) <= (part.scores == 0)).all()
        assert not part.products.flags.writeable
        for customer in range(history.n_customers):
            found = part.of(customer)
            assert len(set(found.products.tolist())) == len(found.products)
            assert (owned[customer, found.products] == (name == "again")).all()
            habit = found.sources == SOURCES.index("buy_again")
            assert (habit == (name == "again")).all()


def test_again_is_all_that_was_bought_where_that_is_little() -> None:
    history = history_of([*fashion_shop(), (80, 100, (3, 7))], 81, 100, 210)
    lists = write_lists(history, plain_catalogue(100), learned("fashion"), SETTINGS)
    assert set(lists.again.of(80).products.tolist()) == {3, 7}
    assert len(lists.new.of(80).products) == 10


def test_who_never_bought_has_no_lists() -> None:
    history = history_of(fashion_shop(), 82, 100, 210)
    lists = write_lists(history, plain_catalogue(100), learned("fashion"), SETTINGS)
    for name in LISTS:
        assert len(getattr(lists, name).of(81).products) == 0
        assert len(getattr(lists, name).of(79).products) > 0


def test_threads_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written("fashion")
    monkeypatch.setattr(examples, "BLOCK_CELLS", 900)  # nine customers a block
    told: list[str] = []
    catalogue, rankers = plain_catalogue(100), learned("fashion")
    for settings in (SETTINGS, TWO):
        assert_same(whole, write_lists(fashion(), catalogue, rankers, settings, progress=told.append))
    assert "customers' lists: 9 of 80" in told
    assert told[-1] == "customers' lists: 80 of 80"


@pytest.mark.parametrize("n_threads", [1, 2, 3])
@pytest.mark.parametrize("n", [0, 1, 2, 45, 46, 1000])
def test_threads_have_as_many_blocks_of_one_size(
    n: int, n_threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "BLOCK_CELLS", 900)
    blocks = _blocks(n, 100, n_threads)
    assert np.concatenate([*blocks, np.empty(0, dtype=int)]).tolist() == list(range(n))
    sizes = {len(block) for block in blocks}
    assert max(sizes, default=0) <= 9
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    if n >= n_threads:
        assert len(blocks) % n_threads == 0


def test_some_customers_have_the_lists_they_have_among_all() -> None:
    chosen = np.array([3, 41, 60], dtype=np.int32)
    catalogue = plain_catalogue(100)
    lists = write_lists(fashion(), catalogue, learned("fashion"), SETTINGS, customers=chosen)
    for name in LISTS:
        found, whole = getattr(lists, name), getattr(written("fashion"), name)
        assert found.products[chosen].tolist() == whole.products[chosen].tolist()
        rest = np.setdiff1d(np.arange(80), chosen)
        assert (found.products[rest] == UNKNOWN).all()


def test_nobody_wanted_is_nothing_written() -> None:
    nobody = np.empty(0, dtype=np.int32)
    lists = write_lists(fashion(), plain_catalogue(100), learned("fashion"), SETTINGS, customers=nobody)
    assert (lists.new.products == UNKNOWN).all()


def test_variants_of_what_was_bought_are_not_new() -> None:
    family = np.arange(100, dtype=np.int32)
    family[NEXT] = 1  # a variant of product 1
    catalogue = replace(plain_catalogue(100), family=family)
    lists = write_lists(fashion(), catalogue, learned("fashion"), SETTINGS)
    has_variant = fashion().owned().toarray()[:, 1] > 0
    for customer in range(40):
        for part in (lists.new, lists.mixed):
            assert not (has_variant[customer] and NEXT in part.of(customer).products)
    assert any(NEXT in lists.new.of(customer).products for customer in range(40)) or has_variant[:40].all()


def test_customers_are_alike_under_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """ALS is left out, by name in the log: it begins at random, customer by customer."""

    def refuse(*_: object) -> None:
        raise ValueError("left out for this test")

    monkeypatch.setattr(snapshot, "fit_factors", refuse)
    order = np.random.default_rng(3).permutation(80)
    renamed: list[Basket] = [(int(order[who]), day, products) for who, day, products in fashion_shop()]
    catalogue, rankers = plain_catalogue(100), learned("fashion")
    lists = write_lists(fashion(), catalogue, rankers, SETTINGS)
    others = write_lists(history_of(renamed, 80, 100, 210), catalogue, rankers, SETTINGS)
    same = 0
    for customer in range(80):
        one, other = lists.new.of(customer), others.new.of(int(order[customer]))
        assert one.scores == pytest.approx(other.scores, abs=0.02)
        same += int(one.products.tolist() == other.products.tolist())
    assert same >= 76  # sums in another order may turn the last digit, and a tree's mind


def test_without_any_source_there_are_no_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_sources", lambda *_: {})
    lists = write_lists(fashion(), plain_catalogue(100), learned("fashion"), SETTINGS)
    assert lists.new.products.shape == (80, 0)


def test_nothing_after_the_last_day_changes_a_list() -> None:
    later: list[Basket] = [(who, day + 210, products) for who, day, products in habit_shop()]
    history = history_of([*fashion_shop(), *later], 80, 100, 420).before(210)
    lists = write_lists(history, plain_catalogue(100), learned("fashion"), SETTINGS)
    assert_same(written("fashion"), lists)


@pytest.mark.parametrize(("shop", "name"), [("fashion", "new"), ("fashion", "mixed"), ("habits", "again")])
def test_asking_about_a_shortlist_is_as_good_as_asking_about_all(
    shop: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = fashion() if shop == "fashion" else habits()
    monkeypatch.setattr(shortlist, "TIMES", 1_000)
    whole = write_lists(history, plain_catalogue(history.n_products), learned(shop), SETTINGS)
    few, all_ = getattr(written(shop), name).products, getattr(whole, name).products
    assert (few[:, 0] == all_[:, 0]).mean() > 0.97
    kept = [np.isin(mine, theirs).mean() for mine, theirs in zip(few, all_, strict=True)]
    assert np.mean(kept) > 0.9
