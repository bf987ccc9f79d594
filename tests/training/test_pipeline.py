"""One training from files to an artifact: with learned orders, and going on without them."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

from config.settings import Settings, load_settings
from models.artifact import load_artifact
from models.bundle import Bundle
from models.query import Query
from models.recommender import recommend
from tests.training.ranking.worlds import fashion_shop
from training.pipeline import run_training

QUICK = """
[training]
threads = 1
[training.taste]
factors = 8
iterations = 5
trials = [{regularization = 0.05, alpha = 1.0}]
[training.bought_together]
max_antecedents = 1
[training.ranking]
cuts = 3
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of the fashion shop, with its orders beside them."""
    folder = tmp_path_factory.mktemp("fashion")
    rows = [
        {
            "order_id": f"{number:05}",
            "product_id": f"p{product:02}",
            "customer_id": f"c{customer:02}",
            "day": day,
        }
        for number, (customer, day, products) in enumerate(fashion_shop())
        for product in products
    ]
    day = pl.lit("2025-01-01").str.to_date() + pl.duration(days=pl.col("day"))
    pl.DataFrame(rows).with_columns(ordered_at=day).drop("day").write_csv(folder / "orders.csv")
    path = folder / "shop.toml"
    path.write_text(
        f'[artifacts]\ndir = "{folder}/artifacts"\n[data.orders]\npath = "{folder}/orders.csv"\n{QUICK}'
    )
    return path


def trained(settings: Settings) -> tuple[Bundle, list[str]]:
    told: list[str] = []
    result = run_training(settings, told.append, wanted=False)
    return load_artifact(result.directory), told


def test_known_customers_are_offered_what_spreads_among_their_like(file: Path) -> None:
    bundle, told = trained(load_settings(file))
    assert "customers' lists: 80 of 80" in told
    lists = bundle.customer_lists
    assert lists.new.products.shape == (80, 60)
    assert lists.mixed.products.shape == (80, 60)
    waiting = [
        customer
        for customer in range(40)
        if bundle.products.index("p00") not in bundle.buy_again.of(customer).products
    ]
    assert len(waiting) > 10
    found = 0
    for customer in waiting:
        answer = recommend(bundle, Query(customer_id=f"c{customer:02}"))
        found += "p00" in [item.product_id for item in answer.recommendations]
        listed = bundle.customer_lists.new.of(customer).products[:10]
        assert bundle.products.take(listed) == [item.product_id for item in answer.recommendations]
        assert all(item.reasons for item in answer.recommendations)
    # The orders were learned when the product had spread for two weeks, the test window being left out.
    assert found >= 0.8 * len(waiting)


@pytest.mark.parametrize("cause", ["switched off", "LightGBM"])
def test_without_learned_orders_the_sources_are_mixed(
    file: Path, cause: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if cause == "LightGBM":
        monkeypatch.setitem(sys.modules, "lightgbm", None)
    else:
        monkeypatch.setenv("SHOPKEEPER_TRAINING__RANKING__ENABLED", "false")
    bundle, told = trained(load_settings(file))
    assert not any(line.startswith("customers' lists:") for line in told)
    assert bundle.customer_lists.new.products.shape == (80, 0)
    assert cause in caplog.text
    assert not len(bundle.cart_ranker.trees)
    for query in (
        Query(customer_id="c00", kinds=("buy_again", "cross_sell"), limit=5),
        Query(basket=("p10", "p11"), limit=5),
    ):
        assert len(recommend(bundle, query).recommendations) == 5
