"""Events that echo a recommendation id, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from config.contacts import Experiments
from config.ledger import Ledger
from service.app import create_app
from service.attribution.schema import attributions, exposures
from service.ledger.database import Database
from tests.service.conftest import settings_for

NUMBERS = count()


@pytest.fixture
def client(artifacts_dir: Path, ledger_url: str) -> FlaskClient:
    more = {"ledger": Ledger(url=ledger_url), "experiments": Experiments()}
    return create_app(settings_for(artifacts_dir).model_copy(update=more)).test_client()


@pytest.fixture
def held_out(artifacts_dir: Path, ledger_url: str) -> FlaskClient:
    everybody = Experiments.model_validate({"holdout": {"web": 1.0}})
    more = {"ledger": Ledger(url=ledger_url), "experiments": everybody}
    return create_app(settings_for(artifacts_dir).model_copy(update=more)).test_client()


def asked(client: FlaskClient, customer: str = "ana") -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/v1/recommendations", json={"customer_id": customer}).get_json()
    return answer


def tell(client: FlaskClient, *events: dict[str, Any]) -> None:
    sent = [{"id": f"e-{next(NUMBERS)}", **each} for each in events]
    assert client.post("/v1/events", json={"events": sent}).get_json()["accepted"] == len(events)


def rows(ledger_url: str, table: Any) -> list[Any]:
    with Database(ledger_url).reading() as connection:
        return list(connection.execute(select(table)))


def test_what_echoes_an_answer_is_attributed_to_it(client: FlaskClient, ledger_url: str) -> None:
    answer = asked(client)
    token, products = answer["recommendation_id"], [e["product_id"] for e in answer["recommendations"]]
    about = {"customer_id": "ana", "recommendation_id": token}
    tell(client, *({"type": "impression", "product_id": each, **about} for each in products))
    tell(
        client,
        {
            "type": "purchase",
            "product_id": products[0],
            "quantity": 2,
            "unit_price": "2.50",
            "currency": "EUR",
            **about,
        },
    )
    tell(client, {"type": "purchase", "product_id": products[0], "customer_id": "ana"})
    found = rows(ledger_url, attributions)
    assert [each.type for each in found] == ["impression"] * len(products) + ["purchase"]
    assert {(each.variant, each.placement, each.channel) for each in found} == {("personal", "home", "web")}
    assert found[-1].unit_price == 250
    seen = rows(ledger_url, exposures)
    assert [(each.customer_id, each.variant) for each in seen] == [("ana", "personal")]
    assert json.loads(seen[0].would_have_shown) == products
    assert 'shopkeeper_attributions_total{result="attributed"}' in client.get("/metrics").get_data(
        as_text=True
    )


def test_an_id_that_was_not_signed_here_is_counted_and_the_event_kept(
    client: FlaskClient, ledger_url: str
) -> None:
    signed = asked(client)["recommendation_id"]
    forged = signed[:-2] + ("BA" if signed.endswith("AA") else "AA")
    tell(client, {"type": "click", "product_id": "cola", "customer_id": "ana", "recommendation_id": forged})
    assert rows(ledger_url, attributions) == []
    metrics = client.get("/metrics").get_data(as_text=True)
    assert 'shopkeeper_attributions_total{result="bad_signature"} 1.0' in metrics


def test_an_event_long_after_the_answer_is_not_its_doing(artifacts_dir: Path, ledger_url: str) -> None:
    more = {
        "ledger": Ledger(url=ledger_url),
        "experiments": Experiments().model_copy(update={"attribution_days": 0}),
    }
    client = create_app(settings_for(artifacts_dir).model_copy(update=more)).test_client()
    late = (datetime.now(UTC) + timedelta(hours=23, minutes=59)).isoformat()
    about = {"customer_id": "ana", "recommendation_id": asked(client)["recommendation_id"]}
    tell(client, {"type": "click", "product_id": "cola", "occurred_at": late, **about})
    assert rows(ledger_url, attributions) == []
    assert 'attributions_total{result="too_late"} 1.0' in client.get("/metrics").get_data(as_text=True)


def test_of_the_held_out_it_is_kept_what_they_would_have_been_shown(
    client: FlaskClient, held_out: FlaskClient, ledger_url: str
) -> None:
    personal = [each["product_id"] for each in asked(client)["recommendations"]]
    answer = asked(held_out)
    popular = [each["product_id"] for each in answer["recommendations"]]
    about = {"customer_id": "ana", "recommendation_id": answer["recommendation_id"]}
    tell(held_out, *({"type": "impression", "product_id": each, **about} for each in popular))
    seen = rows(ledger_url, exposures)
    assert [(each.variant, each.channel) for each in seen] == [("control", "web")]
    assert json.loads(seen[0].would_have_shown) == personal
