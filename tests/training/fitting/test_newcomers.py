"""What is popular with customers by what they told, by hand and on the demo store."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from config.settings import load_settings
from models.ids import IdMap
from training.data.orders import GUEST
from training.data.shop import read_shop
from training.demo_store.store import DemoStoreOptions, write_demo_store
from training.fitting.buy_again import fit_buy_again
from training.fitting.newcomers import DAMPING, fit_newcomers


def lines(*bought: tuple[int, int]) -> pl.DataFrame:
    """One order a customer, of one piece each."""
    rows = [(who, who, what, 1.0, 20_000) for who, what in bought]
    kinds = {"customer": pl.Int32, "order": pl.Int32, "product": pl.Int32, "quantity": pl.Float32}
    return pl.DataFrame(rows, schema={**kinds, "day": pl.Int32}, orient="row")


def test_by_hand() -> None:
    bought = fit_buy_again(lines((0, 0), (1, 0), (2, 1), (3, 1), (3, 0)), 4, 2, 20_000, 90)
    registered = pl.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "new", "other", "silent"],
            "age_band": ["18-24", "18-24", "65+", "65+", "65+", "30-40", None],
            "postcode": ["SW1 2", "SW9", "N1", "N2", None, None, None],
        }
    )
    found = fit_newcomers(registered, IdMap.of(["a", "b", "c", "d"]), bought)
    assert found is not None
    assert found.customers.take([0, 1]) == ["new", "other"]
    assert found.row("silent") == -1
    row = found.row("new")
    assert found.products[row].tolist() == [0, 1]
    # Half of all bought product 1, and both who are 65 and older; DAMPING customers of the shop are added.
    assert found.scores[row, 1] == pytest.approx((2 + DAMPING / 2) / (2 + DAMPING))
    assert found.evidence(row, 1) == (2, 2)
    assert found.evidence(row, 0) == (1, 2)
    # Nobody alike: what everybody buys.
    assert found.products[found.row("other")].tolist() == [0, 1]
    assert found.alike[found.row("other")] == 0


def test_where_nobody_told_anything_there_are_none() -> None:
    bought = fit_buy_again(lines((0, 0)), 1, 1, 20_000, 90)
    ids = IdMap.of(["a"])
    assert fit_newcomers(pl.DataFrame({"customer_id": ["a", "new"]}), ids, bought) is None
    silent = pl.DataFrame({"customer_id": ["a", "new"], "gender": ["female", None]})
    assert fit_newcomers(silent, ids, bought) is None


def test_on_the_demo_store_it_beats_global_popularity(tmp_path: Path) -> None:
    """Two fifths of the customers are hidden; their first baskets are guessed from what they told."""
    write_demo_store(tmp_path, DemoStoreOptions())
    shop = read_shop(load_settings(tmp_path / "shop.toml").data)
    assert shop.customers is not None
    orders = shop.orders
    n, n_products = len(orders.customers), len(orders.products)
    hidden = np.random.default_rng(1).random(n) < 0.4
    customer = orders.lines["customer"].to_numpy()
    kept = np.flatnonzero(~hidden)
    place = np.full(n + 1, GUEST, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    seen = orders.lines.with_columns(pl.Series("customer", place[customer])).filter(
        pl.col("customer") != GUEST
    )
    last = int(str(orders.lines["day"].max()))
    bought = fit_buy_again(seen, len(kept), n_products, last, 90)
    newcomers = fit_newcomers(shop.customers, IdMap(orders.customers.ids[kept]), bought)
    assert newcomers is not None
    popular = np.argsort(-np.bincount(bought.products, minlength=n_products), kind="stable")[:10].tolist()
    first = orders.lines.filter(pl.col("customer") != GUEST).group_by("customer").agg(pl.col("order").min())
    baskets = orders.lines.join(first, on=["customer", "order"]).group_by("customer").agg("product")
    hits, everybody = [], []
    for who, products in baskets.iter_rows():
        row = newcomers.row(orders.customers.id(who)) if hidden[who] else -1
        if row >= 0:
            hits.append(bool(set(newcomers.products[row, :10].tolist()) & set(products)))
            everybody.append(bool(set(popular) & set(products)))
    assert len(hits) > 1000
    assert np.mean(hits) > np.mean(everybody) + 0.02
