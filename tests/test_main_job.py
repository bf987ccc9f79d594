"""The main job from a file of orders to an answer over HTTP, through the commands a person types."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from config.settings import load_settings
from models.artifact import load_artifact
from models.bundle import Bundle
from service.app import create_app
from shopkeeper import main

SMALL = ["--customers", "700", "--order-lines", "30000"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def post(config: Path, body: dict[str, Any]) -> dict[str, Any]:
    """The service's answer, from the artifact that is current for these settings."""
    response = client(config).post("/v1/recommendations", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.get_json()
    return answer


def together(config: Path, product: str) -> list[dict[str, Any]]:
    """The first five on the page of a product, by pair rules alone."""
    response = client(config).get(f"/v1/products/{product}/bought-together?limit=5")
    lines: list[dict[str, Any]] = response.get_json()["recommendations"]
    return lines


@cache
def client(config: Path) -> FlaskClient:
    return create_app(load_settings(config)).test_client()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo store, trained on; the path of its settings."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    made = run("demo-store", "--out", folder, *SMALL)
    assert made.exit_code == 0, made.output
    trained = run("train", "--config", folder / "shop.toml")
    assert trained.exit_code == 0, trained.output
    assert "report" in trained.output
    return folder / "shop.toml"


@pytest.fixture(scope="module")
def bundle(demo: Path) -> Bundle:
    return load_artifact(load_settings(demo).artifacts.dir / "current")


@pytest.fixture(scope="module")
def truth(demo: Path) -> dict[str, Any]:
    planted: dict[str, Any] = json.loads(demo.with_name("truth.json").read_text())
    return planted


def test_the_demo_keeps_its_artifacts_beside_its_data(demo: Path) -> None:
    assert load_settings(demo).artifacts.dir == demo.parent / "artifacts"


def test_planted_pairs_are_found_with_their_counts(demo: Path, truth: dict[str, Any]) -> None:
    """Every planted pair is among the first on its product page, with evidence that adds up."""
    for combo in truth["combos"]:
        if len(combo["antecedents"]) != 1:
            continue
        found = {line["product_id"]: line for line in together(demo, combo["antecedents"][0])}
        assert combo["consequent"] in found, combo
        evidence = found[combo["consequent"]]["reasons"][0]["evidence"]
        assert evidence["lift"] > 2
        assert evidence["pair_orders"] <= evidence["orders"] <= evidence["all_orders"]


def test_the_evidence_can_be_recounted_in_the_file(demo: Path, truth: dict[str, Any]) -> None:
    """Counted again from the CSV, by other means: the orders with both, and with the first."""
    combo = next(combo for combo in truth["combos"] if len(combo["antecedents"]) == 1)
    antecedent, consequent = combo["antecedents"][0], combo["consequent"]
    line = next(line for line in together(demo, antecedent) if line["product_id"] == consequent)
    rows = pl.read_csv(demo.with_name("orders.csv"), infer_schema=False)
    rows = rows.filter(
        pl.col("order_id").is_not_null(),
        pl.col("product_id").is_not_null(),
        pl.col("ordered_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False).is_not_null(),
    )
    net = (  # what is left of each product in each order after cancellations by the same customer
        rows.with_columns(pl.col("quantity").cast(pl.Float64))
        .filter(pl.col("quantity") > 0)
        .group_by("order_id")
        .agg(pl.col("product_id").unique())
    )
    with_first = net.filter(pl.col("product_id").list.contains(antecedent))
    with_both = with_first.filter(pl.col("product_id").list.contains(consequent))
    evidence = line["reasons"][0]["evidence"]
    cancelled = rows.filter(pl.col("order_id").str.starts_with("C"))["product_id"].is_in(
        [antecedent, consequent]
    )
    assert 0 <= len(with_first) - evidence["orders"] <= cancelled.sum()
    assert 0 <= len(with_both) - evidence["pair_orders"] <= cancelled.sum()


def test_planted_rules_of_two_antecedents_are_found(bundle: Bundle, truth: dict[str, Any]) -> None:
    """What follows only when both are in the basket leads the rules of both; most of the planted are
    frequent enough in a shop this small."""
    planted = [combo for combo in truth["combos"] if len(combo["antecedents"]) == 2]
    found = [
        combo
        for combo in planted
        if bundle.products.index(combo["consequent"])
        in bundle.basket_rules.of(bundle.products.indices(combo["antecedents"])).products[:3]
    ]
    assert len(found) >= 0.7 * len(planted)


def test_the_report_counts_the_planted_dirt(demo: Path, truth: dict[str, Any]) -> None:
    current = load_settings(demo).artifacts.dir / "current"
    report = json.loads((current / "report.json").read_text())
    orders = next(table for table in report["tables"] if table["table"] == "orders")
    assert (
        orders["rows_read"] == orders["rows_kept"] + sum(orders["rejected"].values()) + orders["rows_netted"]
    )
    for reason in ("exact_duplicate", "missing_product_id", "non_product", "bad_date", "missing_order_id"):
        assert orders["rejected"][reason] > 0, reason
    page = (current / "report.html").read_text()
    assert "<svg" in page


def test_batch_says_what_the_service_says(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.parquet"
    done = run("recommend", "--config", demo, "--kinds", "cross_sell,buy_again", "--limit", "4", "--out", out)
    assert done.exit_code == 0, done.output
    rows = pl.read_parquet(out)
    for customer in rows["customer_id"].unique().sort()[:20]:
        batch = rows.filter(pl.col("customer_id") == customer).sort("rank")
        served = post(demo, {"customer_id": customer, "kinds": ["cross_sell", "buy_again"], "limit": 4})
        assert batch["product_id"].to_list() == [line["product_id"] for line in served["recommendations"]]


def test_two_keys_and_ten_lines_are_enough(tmp_path: Path) -> None:
    """A shop too small to judge still gets a model, and is told that it was not judged."""
    lines = ["order_id,product_id,ordered_at,customer_id"]
    for order, (customer, products) in enumerate([("a", "PQ"), ("b", "PQ"), ("a", "PQR"), ("", "PR")]):
        lines += [f"{order},{product},2026-01-0{order + 1},{customer}" for product in products]
    (tmp_path / "orders.csv").write_text("\n".join(lines))
    config = tmp_path / "shop.toml"
    config.write_text(
        f'[artifacts]\ndir = "{tmp_path}/artifacts"\n[data.orders]\npath = "{tmp_path}/orders.csv"\n'
    )
    trained = run("train", "--config", config)
    assert trained.exit_code == 0, trained.output
    assert "not evaluated" in trained.output
    answer = post(config, {"customer_id": "b", "basket": ["P"], "kinds": ["cross_sell"]})
    assert [line["product_id"] for line in answer["recommendations"]] == ["R"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("order_id,sku,ordered_at\n1,P,2026-01-01\n", "product_id"),
        ("", "empty"),
        ("order_id,product_id,ordered_at\n1,P,yesterday\n", "ordered_at"),
    ],
)
def test_unusable_data_end_with_one_line_and_leave_nothing(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "orders.csv").write_text(text)
    config = tmp_path / "shop.toml"
    config.write_text(
        f'[artifacts]\ndir = "{tmp_path}/artifacts"\n[data.orders]\npath = "{tmp_path}/orders.csv"\n'
    )
    done = run("train", "--config", config)
    assert done.exit_code == 2
    assert says in done.output
    assert "orders.csv" in done.output
    assert not (tmp_path / "artifacts").exists()


def test_a_worse_model_is_refused_and_the_old_one_stays(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fitted with settings that spoil both kinds, a model falls below what is served now."""
    directory = load_settings(demo).artifacts.dir
    before = (directory / "current").readlink()
    monkeypatch.setenv("SHOPKEEPER_TRAINING__RANKING__ENABLED", "false")
    monkeypatch.setenv("SHOPKEEPER_TRAINING__BUY_AGAIN__HALF_LIFE_DAYS", "0.01")
    monkeypatch.setenv("SHOPKEEPER_TRAINING__TASTE__FACTORS", "1")
    monkeypatch.setenv("SHOPKEEPER_TRAINING__TASTE__ITERATIONS", "1")
    monkeypatch.setenv("SHOPKEEPER_TRAINING__GATE__MARGIN", "0")
    monkeypatch.setenv("SHOPKEEPER_TRAINING__GATE__MIN_CUSTOMERS", "50")
    done = run("train", "--config", demo)
    assert done.exit_code == 3, done.output
    assert "recall@10" in done.output
    assert (directory / "current").readlink() == before
