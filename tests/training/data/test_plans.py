"""Plans from TOML and from tables: the same book, and mistakes with their line or row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from config.data import Data
from models.errors import DataError
from models.plans import PlanBook
from tests.training.data.providers import PLANS, book_of, provider
from tests.training.data.shops import write_csv
from training.data.plans import read_plans
from training.demo_store.plans import ADD_ONS, plans_toml
from training.demo_store.plans import PLANS as DEMO_PLANS

PLAN_HEADER = ("plan_id", "family", "name", "fee", "currency", "retired")
METER_HEADER = (
    "plan_id",
    "meter",
    "quota",
    "overage_price",
    "overage_unit",
    "throttled",
    "throttle_penalty",
)
ADD_ON_HEADER = ("add_on_id", "family", "name", "price", "currency", "meter", "amount")
PLAN_ROWS = [
    ("small", "mobile", "Small", "10.00", "USD", ""),
    ("large", "mobile", "Large", "25.00", "USD", "no"),
    ("line", "broadband", "Line", "30.00", "USD", "yes"),
]
METER_ROWS = [
    ("large", "data_gb", "20", "", "", "true", "12.00"),
    ("small", "data_gb", "5", "3.00", "1", "false", ""),
    ("small", "minutes", "100", "0.10", "", "", ""),
    ("large", "minutes", "", "", "", "", ""),
    ("line", "data_gb", "", "", "", "", ""),
]
ADD_ON_ROWS = [("plus", "mobile", "3 GB more", "6.00", "USD", "data_gb", "3")]


def tables(
    folder: Path,
    plans: list[tuple[str, ...]] = PLAN_ROWS,
    meters: list[tuple[str, ...]] = METER_ROWS,
    add_ons: list[tuple[str, ...]] = ADD_ON_ROWS,
) -> Data:
    files = {
        "plans": write_csv(folder / "plans.csv", plans, PLAN_HEADER),
        "plan_meters": write_csv(folder / "meters.csv", meters, METER_HEADER),
        "add_ons": write_csv(folder / "add_ons.csv", add_ons, ADD_ON_HEADER),
        "subscriptions": folder / "subscriptions.csv",
        "usage": folder / "usage.csv",
    }
    return Data.model_validate({name: {"path": str(path)} for name, path in files.items()})


def same(one: PlanBook, other: PlanBook) -> bool:
    mine, theirs = one.to_arrays(), other.to_arrays()
    return all(np.array_equal(mine[name], theirs[name]) for name in mine)


def test_tables_give_the_same_book_as_toml(tmp_path: Path) -> None:
    from_toml, report = read_plans(provider(tmp_path))
    assert same(book_of(tables(tmp_path)), from_toml)
    assert report.rows_kept == 3
    assert report.counts == {"families": 2, "meters": 2, "add_ons": 1, "retired": 1}


def test_the_demo_stores_plans_are_read_as_they_were_written(tmp_path: Path) -> None:
    book = book_of(provider(tmp_path, plans=plans_toml()))
    assert len(book.plans) == len(DEMO_PLANS)
    assert len(book.add_ons) == len(ADD_ONS)
    for plan in DEMO_PLANS:
        read = book.plan(book.index(plan.plan_id))
        assert (read.fee, read.retired, read.family) == (plan.fee, plan.retired, plan.family)
        used = {meter.meter: (meter.quota or 100) * 1.5 for meter in plan.meters}
        row = np.array([used.get(name, 0.0) for name in book.meters.take(range(len(book.meters)))])
        assert book.costs(row)[book.index(plan.plan_id)] == plan.cost(used)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('fee = "25.00"', 'fee = "-25.00"', 15, "plans.1.fee: a price must not be negative"),
        ('fee = "25.00"', 'fees = "25.00"', 15, "plans.1.fees: unknown key"),
        (
            'currency = "USD"\nretired',
            'currency = "EUR"\nretired',
            25,
            "plans.2.currency: EUR beside USD of [data] currency",
        ),
        ('name = "Line"', "", 20, "plans.2.name: is missing"),
        ('plan_id = "large"', 'plan_id = "small"', 12, "plans.1.plan_id: 'small' is there twice"),
        ("amount = 3", "amount = nan", 36, "add_ons.0.amount: Input should be a finite number"),
    ],
)
def test_a_mistake_in_toml_has_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    data = provider(tmp_path, plans=PLANS.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_plans(data)
    assert str(caught.value).startswith(f"{tmp_path}/plans.toml:")
    assert words in str(caught.value)
    assert f"plans.toml:{line}:" in str(caught.value)


def test_what_is_no_toml_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read as TOML"):
        read_plans(provider(tmp_path, plans="[[plans"))
    missing = provider(tmp_path)
    (tmp_path / "plans.toml").unlink()
    with pytest.raises(DataError, match="no such file"):
        read_plans(missing)


@pytest.mark.parametrize(
    ("table", "row", "file", "words"),
    [
        ("plans", ("small", "mobile", "Small", "-1", "USD", ""), "plans.csv row 1", "must not be negative"),
        ("plans", ("small", "mobile", "Small", "1", "USD", "maybe"), "plans.csv row 1", "'maybe' is neither"),
        ("meters", ("huge", "data_gb", "", "", "", "", ""), "meters.csv row 1", "no plan 'huge'"),
        ("meters", ("large", "data_gb", "lots", "", "", "", ""), "meters.csv row 1", "'lots' is no number"),
        ("meters", ("large", "data_gb", "20", "", "", "", ""), "meters.csv row 1", "a quota needs it"),
        (
            "add_ons",
            ("plus", "mobile", "x", "1", "EUR", "data_gb", "3"),
            "add_ons.csv row 1",
            "EUR beside USD",
        ),
    ],
)
def test_a_mistake_in_a_table_has_its_row(
    tmp_path: Path, table: str, row: tuple[str, ...], file: str, words: str
) -> None:
    rows = {"plans": PLAN_ROWS, "meters": METER_ROWS, "add_ons": ADD_ON_ROWS}
    data = tables(tmp_path, **{**rows, table: [row, *rows[table][1:]]})
    with pytest.raises(DataError) as caught:
        read_plans(data)
    assert file in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("again", [PLAN_ROWS[0], ("small", "broadband", "Other", "1", "USD", "")])
@pytest.mark.parametrize("meters", [METER_ROWS, METER_ROWS + METER_ROWS])
def test_a_plan_that_is_there_twice_has_the_row_of_the_second(
    tmp_path: Path, again: tuple[str, ...], meters: list[tuple[str, ...]]
) -> None:
    data = tables(tmp_path, plans=[*PLAN_ROWS, again], meters=meters)
    with pytest.raises(DataError, match=r"plans.csv row 4: plans.3.plan_id: 'small' is there twice"):
        read_plans(data)


def test_another_thing_that_is_there_twice_has_its_row(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"meters.csv row 6: .*meter: 'data_gb' is there twice"):
        read_plans(tables(tmp_path, meters=[*METER_ROWS, METER_ROWS[0]]))
    with pytest.raises(DataError, match=r"add_ons.csv row 2: add_ons.1.add_on_id: 'plus' is there twice"):
        read_plans(tables(tmp_path, add_ons=ADD_ON_ROWS * 2))


def test_a_plan_without_an_id_has_its_row(tmp_path: Path) -> None:
    data = tables(tmp_path, plans=[("", *PLAN_ROWS[0][1:]), *PLAN_ROWS[1:]])
    with pytest.raises(DataError, match=r"plans.csv row 1: plans.0.plan_id: is missing"):
        read_plans(data)


def test_a_plan_without_a_meter_is_refused(tmp_path: Path) -> None:
    data = tables(tmp_path, meters=[row for row in METER_ROWS if row[0] != "line"])
    with pytest.raises(DataError, match=r"plans.csv row 3: plans.2.meters: .* at least 1"):
        read_plans(data)
