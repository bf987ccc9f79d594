"""Personas on planted groups: found, named, and the same in the next training."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from models.arrays import frozen
from models.bundle import Bundle
from models.ids import IdMap
from models.personas import NO_PERSONA, Personas
from models.texts import Texts
from tests.models.tiny import tiny_bundle
from tests.models.tiny_customers import tiny_value
from training.data.orders import Orders
from training.fitting.buy_again import fit_buy_again
from training.personas.clusters import clusters_of
from training.personas.features import habits_of
from training.personas.fit import PersonasBefore, fit_personas

PRODUCTS, GROUPS = 30, 3  # ten products of a category for each group
HOURS = (8, 12, 20)
CATEGORIES = ("bread", "soup", "pizza")


def planted(customers: int, seed: int) -> tuple[Orders, Bundle, np.ndarray]:
    """Customers of three kinds: bread in the morning, soup at midday, pizza in the evening."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, GROUPS, customers)
    rows = []
    for who in range(customers):
        for visit in range(3 + int(rng.integers(0, 4))):
            when = datetime(2026, 1, 1) + timedelta(
                days=7 * visit + int(rng.integers(0, 5)), hours=HOURS[kind[who]]
            )
            order = len(rows)
            mine = rng.integers(0, 10, 3) + 10 * kind[who]
            others = rng.integers(0, PRODUCTS, 1)
            rows += [(order, who, int(product), when) for product in {*mine.tolist(), *others.tolist()}]
    lines = pl.DataFrame(
        rows,
        schema={
            "order": pl.Int32,
            "customer": pl.Int32,
            "product": pl.Int32,
            "ordered_at": pl.Datetime("us"),
        },
        orient="row",
    ).with_columns(
        pl.lit(1.0, dtype=pl.Float32).alias("quantity"),
        pl.lit(100, dtype=pl.Int64).alias("price"),
        pl.col("ordered_at").dt.date().cast(pl.Int32).alias("day"),
    )
    customer_ids = IdMap.of(f"c{at:04}" for at in range(customers))
    product_ids = IdMap.of(f"p{at:02}" for at in range(PRODUCTS))
    tiny = tiny_bundle()
    catalogue = replace(
        tiny.catalogue,
        names=Texts.of(f"Product {at}" for at in range(PRODUCTS)),
        categories=Texts.of(CATEGORIES),
        category=np.arange(PRODUCTS, dtype=np.int32) // 10,
    )
    taste = replace(tiny.taste, customer_factors=np.zeros((customers, 2), dtype=np.float32))
    last = int(str(lines["day"].max()))
    bundle = replace(
        tiny,
        products=product_ids,
        customers=customer_ids,
        catalogue=catalogue,
        taste=taste,
        customer_value=replace(tiny_value(), value=frozen(np.ones(customers))),
        buy_again=fit_buy_again(lines, customers, PRODUCTS, last, 90),
    )
    return Orders(lines, product_ids, customer_ids, {}, len(rows)), bundle, kind


@pytest.fixture(scope="module")
def found() -> tuple[Personas, np.ndarray]:
    orders, bundle, kind = planted(600, 1)
    personas = fit_personas(orders, bundle, None, 1, 1)
    assert personas is not None
    return personas, kind


def test_planted_groups_are_found_and_named(found: tuple[Personas, np.ndarray]) -> None:
    personas, kind = found
    assert len(personas) == GROUPS
    assert personas.stability[0] > 0.7
    of_kind = [np.bincount(kind[personas.of_customer == at], minlength=GROUPS) for at in range(len(personas))]
    for at, counts in enumerate(of_kind):
        category = CATEGORIES[int(counts.argmax())]
        assert counts.max() > 0.95 * counts.sum()
        persona = personas.persona(at)
        assert persona.name.lower().startswith(category)
        assert persona.customers == counts.sum()
        assert {product // 10 for product in persona.typical} == {int(counts.argmax())}
    assert len({personas.names[at] for at in range(len(personas))}) == len(personas)
    assert personas.of(-1) is None


def test_ids_are_those_of_the_last_training() -> None:
    orders, bundle, _ = planted(600, 1)
    first = fit_personas(orders, bundle, None, 1, 1)
    assert first is not None
    renamed = replace(first, ids=Texts.of(f"p{7 + at}" for at in range(len(first))))
    again = fit_personas(orders, bundle, PersonasBefore(bundle.customers, renamed), 99, 1)
    assert again is not None
    for at in range(min(len(first), len(again))):
        mine = again.of_customer == at
        then = np.bincount(renamed.of_customer[mine & (renamed.of_customer >= 0)], minlength=len(first))
        assert again.ids[at] == renamed.ids[int(then.argmax())]
    strange = replace(first, of_customer=np.full(600, NO_PERSONA, dtype=np.int16))
    new = fit_personas(orders, bundle, PersonasBefore(bundle.customers, strange), 1, 1)
    assert new is not None
    assert not {new.ids[at] for at in range(len(new))} & {first.ids[at] for at in range(len(first))}


def test_few_customers_have_no_personas() -> None:
    orders, bundle, _ = planted(60, 2)
    assert fit_personas(orders, bundle, None, 1, 1) is None


def test_habits_are_those_of_the_customer() -> None:
    orders, bundle, kind = planted(300, 3)
    habits = habits_of(orders, bundle)
    mine = kind[habits.customers]
    assert habits.times.sum(axis=1) == pytest.approx(1)
    assert habits.categories.sum(axis=1) == pytest.approx(1)
    for group, part in enumerate((1, 2, 4)):  # morning, midday, evening
        assert habits.times[mine == group, part].tolist() == [1.0] * int((mine == group).sum())
    assert habits.discount.max() == 0
    assert np.isfinite(habits.matrix()).all()


def test_noise_is_not_split_beyond_what_is_stable() -> None:
    rng = np.random.default_rng(8)
    centres = np.array([[0, 0], [9, 0], [0, 9], [9, 9]])
    rows = centres[rng.integers(0, 4, 800)] + rng.normal(0, 0.5, (800, 2))
    truth = (rows[:, 0] > 4.5) * 2 + (rows[:, 1] > 4.5)
    found = clusters_of(rows, range(3, 9), 1, 1)
    assert adjusted_rand_score(found.groups, truth) > 0.7
