"""What a customer did counts in the next answer of any worker, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from tests.service.conftest import settings_for


@pytest.fixture
def workers(artifacts_dir: Path) -> tuple[FlaskClient, FlaskClient]:
    """Two workers of one service: one is told, the other asked."""
    one, other = (create_app(settings_for(artifacts_dir)).test_client() for _ in range(2))
    return one, other


def _tell(client: FlaskClient, *events: dict[str, Any]) -> None:
    now = datetime.now(UTC).isoformat()
    sent = [{"id": f"{number}-{now}", "occurred_at": now, **each} for number, each in enumerate(events)]
    answer = client.post("/v1/events", json={"events": sent}).get_json()
    assert answer["accepted"] == len(events), answer


def _ask(client: FlaskClient, **asked: Any) -> dict[str, Any]:
    answer = client.post("/v1/recommendations", json=asked)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def _products(answer: dict[str, Any]) -> list[str]:
    return [each["product_id"] for each in answer["recommendations"]]


def test_somebody_new_gets_a_personal_answer(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    assert _ask(asked, customer_id="new")["fallback"] == "unknown_customer"
    _tell(told, {"type": "view", "customer_id": "new", "product_id": "pizza"})
    answer = _ask(asked, customer_id="new")
    assert answer["fallback"] is None
    assert answer["recommendations"][0]["product_id"] == "cola"
    assert answer["recommendations"][0]["reasons"][0]["evidence"]["product_id"] == "pizza"


def test_a_guest_is_known_by_the_visit(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    _tell(told, {"type": "view", "session_id": "visit", "product_id": "pizza"})
    assert _ask(asked)["fallback"] == "no_context"
    assert _ask(asked, session_id="visit")["fallback"] is None
    got = asked.get("/v1/customers/new/recommendations?session_id=visit").get_json()
    assert got["fallback"] is None


def test_what_was_bought_or_declined_is_not_offered_again(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    before = _products(_ask(asked, customer_id="ana"))
    assert {"cola", "butter"} & set(before)
    _tell(
        told,
        {"type": "purchase", "customer_id": "ana", "product_id": "butter", "quantity": 1},
        {
            "type": "conversation",
            "customer_id": "ana",
            "details": {"not_interested": ["cola"]},
            "channel": "phone",
        },
    )
    after = _ask(asked, customer_id="ana", explain=True)
    assert not {"cola", "butter"} & set(_products(after))
    removed = {line["product_id"]: line["removed_by"] for line in after["candidates"]}
    assert removed["butter"] in ("just_bought", "bought_before")
    assert removed["cola"] in ("dismissed", "bought_before")


def test_the_cart_page_knows_the_cart(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    _tell(told, {"type": "add_to_cart", "session_id": "visit", "product_id": "pizza"})
    remembered = _ask(asked, session_id="visit", placement="cart")
    named = _ask(asked, basket=["pizza"], placement="cart")
    assert _products(remembered) == _products(named)
    assert remembered["fallback"] is None


def test_without_a_ledger_nothing_is_remembered(artifacts_dir: Path) -> None:
    settings = settings_for(artifacts_dir)
    silent = settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"url": ""})})
    client = create_app(silent).test_client()
    assert _ask(client, customer_id="new", session_id="visit")["fallback"] == "unknown_customer"
