"""Customers who are held out get what everybody gets, and the recommendation id says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from config.settings import Settings
from service.app import create_app
from service.signing import Signer
from tests.models.tiny_names import CUSTOMERS
from tests.service.conftest import KEY, settings_for


def held_out(artifacts_dir: Path, **shares: float) -> FlaskClient:
    settings = settings_for(artifacts_dir)
    experiments = {"holdout": shares}
    return create_app(
        Settings(artifacts=settings.artifacts, service=settings.service, experiments=experiments)
    ).test_client()


def asked(client: FlaskClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/v1/recommendations", json=fields)
    assert response.status_code == 200
    body: dict[str, Any] = response.get_json()
    return body


def offered(body: dict[str, Any]) -> list[str]:
    return [each["product_id"] for each in body["recommendations"]]


def variant(body: dict[str, Any]) -> str:
    return Signer(KEY.encode()).read(body["recommendation_id"]).variant


def test_everybody_held_out_is_offered_the_same(artifacts_dir: Path) -> None:
    client = held_out(artifacts_dir, web=1.0)
    answers = [asked(client, customer_id=customer, limit=5) for customer in (*CUSTOMERS, "stranger")]
    guest = asked(client, limit=5, kinds=["cross_sell"])
    assert {tuple(offered(each)) for each in answers} == {tuple(offered(guest))}
    assert offered(guest)
    assert {each["fallback"] for each in answers} == {"holdout"}
    assert {variant(each) for each in answers} == {"control"}
    assert {
        reason["code"] for each in answers for line in each["recommendations"] for reason in line["reasons"]
    } <= {"POPULAR", "TRENDING"}


def test_the_context_chooses_nothing_but_is_left_out(artifacts_dir: Path) -> None:
    client = held_out(artifacts_dir, web=1.0)
    popular = offered(asked(client, customer_id="ana", limit=10))
    body = asked(client, customer_id="ana", basket=["bread", "nonsense"], viewing="cola", limit=10)
    assert offered(body) == [each for each in popular if each not in ("bread", "bread-xl", "cola")]
    assert "bread-xl" in popular
    assert body["unknown_ids"] == ["nonsense"]


def test_a_channel_is_held_out_by_itself(artifacts_dir: Path) -> None:
    client = held_out(artifacts_dir, email=1.0)
    assert variant(asked(client, customer_id="ana")) == "personal"
    assert variant(asked(client, customer_id="ana", channel="email")) == "control"
    assert variant(asked(client, customer_id="ana", placement="email")) == "control"


def test_guests_are_not_held_out(artifacts_dir: Path) -> None:
    assert variant(asked(held_out(artifacts_dir, web=1.0), basket=["bread"])) == "personal"
