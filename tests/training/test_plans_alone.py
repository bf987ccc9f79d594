"""A provider without orders: it trains, is published, and its service is ready."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.settings import load_settings
from models.artifact import load_artifact
from models.query import KINDS, Query
from models.recommender import bought_together, recommend, similar
from service.app import create_app
from service.schemas import ModelOut, RecommendationsOut
from tests.models.tiny import tiny_facts
from tests.training.test_nudge_file import world
from training.no_orders import bundle_without_orders
from training.pipeline import run_training


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("provider")
    path = world(folder)
    path.write_text(
        f'{path.read_text()}[artifacts]\ndir = "{folder}/artifacts"\n'
        f'[service]\nsigning_key_file = "{folder}/signing.key"\n'
    )
    run_training(load_settings(path), lambda _: None)
    return path


def test_the_service_is_ready_and_answers_about_plans(config: Path) -> None:
    client = create_app(load_settings(config)).test_client()
    assert client.get("/health/ready").get_json()["status"] == "ready"
    nudge = client.get("/v1/customers/ana/plan-nudge").get_json()["nudges"][0]
    assert nudge["plan_id"] == "small"
    ModelOut.model_validate(client.get("/v1/model").get_json())


def test_recommendations_are_empty_and_say_so(config: Path) -> None:
    client = create_app(load_settings(config)).test_client()
    for path, fallback in (
        ("/v1/customers/ana/recommendations?limit=3", "unknown_customer"),
        ("/v1/products/tea/bought-together?limit=3", "unknown_products"),
        ("/v1/products/tea/similar?limit=3", "unknown_products"),
    ):
        response = client.get(path)
        assert response.status_code == 200
        body = response.get_json()
        RecommendationsOut.model_validate({**body, "recommendations": tuple(body["recommendations"])})
        assert (body["recommendations"], body["shortfall"], body["fallback"]) == ([], 3, fallback)
    guest = client.post("/v1/recommendations", json={"placement": "home"}).get_json()
    assert (guest["recommendations"], guest["fallback"]) == ([], "no_context")


def test_the_report_tells_of_the_plans(config: Path) -> None:
    settings = load_settings(config)
    directory = settings.artifacts.dir / "current"
    report = json.loads((directory / "report.json").read_text())
    assert report["plans"]["running"] == 2
    assert sum(report["plans"]["decisions"].values()) == 2
    assert report["plans"]["as_of"] == "2026-04-21"
    assert {table["table"] for table in report["tables"]} == {"plans", "subscriptions", "usage"}
    assert "2 running subscriptions" in (directory / "report.html").read_text().replace("\u202f", " ")
    facts = load_artifact(directory).facts
    assert facts.more["counts"]["running_subscriptions"] == 2


def test_a_bundle_without_orders_answers_every_question() -> None:
    bundle = bundle_without_orders(tiny_facts())
    for query in (
        Query(),
        Query("ana", ("x",), None, KINDS, 5, explain=True),
        Query(viewing="y", kinds=KINDS),
    ):
        answer = recommend(bundle, query)
        assert (answer.recommendations, answer.shortfall) == ((), query.limit)
        assert answer.fallback is not None
    assert bought_together(bundle, "x", 3).recommendations == similar(bundle, "x", 3).recommendations == ()
