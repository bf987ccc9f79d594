"""The example of a price list: it loads, uses every key there is, and says what each is."""

from __future__ import annotations

import re
from pathlib import Path

import config
from config.data import Data
from config.price_list import AddOnTable, MeterTable, PlanTable
from models.plans import UNLIMITED
from training.data.plans import read_plans

EXAMPLE = Path(config.__file__).parent / "examples" / "plans.toml"


def test_it_loads() -> None:
    other = {"subscriptions": {"path": "subscriptions.csv"}, "usage": {"path": "usage.csv"}}  # not read here
    data = Data.model_validate({"currency": "USD", "plans": {"path": str(EXAMPLE)}, **other})
    book, report = read_plans(data)
    assert report.rows_kept == len(book) == 5
    assert book.retired.sum() == 1
    assert (book.quota[book.index("surf-everything")] == UNLIMITED).all()
    assert book.throttled.any()
    assert len(book.add_ons) == 2


def test_every_key_is_used_and_explained() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    explained = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    used = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for table in (PlanTable, MeterTable, AddOnTable):
        for key in table.model_fields:
            assert re.search(rf"\b{key} = ", used), key
            assert re.search(rf"\b{key}\b", explained), key
