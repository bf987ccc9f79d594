"""The profile of a customer, and what they say they avoid, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from config.ledger import Ledger
from service.app import create_app
from tests.models.tiny import publish_tiny, tiny_bundle
from tests.models.tiny_customers import tiny_never_buys
from tests.service.conftest import settings_for

NUMBERS = count()


@pytest.fixture
def workers(tmp_path: Path) -> tuple[FlaskClient, FlaskClient]:
    """Two workers of one service: one is told, the other asked. cai is known never to buy cola."""
    artifacts_dir = tmp_path / "artifacts"
    publish_tiny(artifacts_dir, bundle=replace(tiny_bundle(), never_buys=tiny_never_buys()))
    one, other = (create_app(settings_for(artifacts_dir)).test_client() for _ in range(2))
    return one, other


def say(client: FlaskClient, customer: str, subject: str, *, avoids: bool) -> None:
    details = {"subject": subject, "avoids": avoids}
    event = {"id": f"p-{next(NUMBERS)}", "type": "preference", "customer_id": customer, "details": details}
    old = {**event, "occurred_at": "2020-01-01T00:00:00Z"}  # long before what the model knows
    assert client.post("/v1/events", json={"events": [old]}).get_json()["accepted"] == 1


def offered(client: FlaskClient, customer: str) -> list[str]:
    asked = {"customer_id": customer, "limit": 100, "kinds": ["cross_sell", "buy_again"]}
    answer = client.post("/v1/recommendations", json=asked).get_json()
    return [each["product_id"] for each in answer["recommendations"]]


def profile(client: FlaskClient, customer: str) -> dict[str, Any]:
    answer = client.get(f"/v1/customers/{customer}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_what_a_customer_is_worth_and_the_way_to_the_next_tier(
    workers: tuple[FlaskClient, FlaskClient],
) -> None:
    _, client = workers
    ana, ben = profile(client, "ana"), profile(client, "ben")
    assert (ana["tier"], ana["value"], ana["rfm"], ana["progress"]) == ("gold", "12.00", "333", None)
    # ben is worth 9.00 and leaves 4.00 a visit; gold begins at 12.00.
    assert ben["progress"] == {
        "tier": "gold",
        "value_to_go": "3.00",
        "visits_to_go": 1,
        "text": "1 visit from Gold",
    }
    assert ben["usual_gap_days"] == 12
    assert ben["persona"] == {
        "persona_id": "p2",
        "name": "Drinks",
        "customers": 1,
        "value": "9.00",
        "typical": ["Pizza Margherita", "Cola"],
    }
    stranger = profile(client, "stranger")
    assert not stranger["known"]
    assert stranger["tier"] is stranger["progress"] is None


def test_what_is_learned_is_overruled_by_what_is_said(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    learned = {"subject": "tag:fizzy", "said": False, "confidence": 0.995, "baskets": 9, "rate": 0.4}
    assert profile(asked, "cai")["never_buys"] == [learned]
    assert "cola" not in offered(asked, "cai")
    say(told, "cai", "tag:fizzy", avoids=False)
    found = profile(asked, "cai")
    assert (found["never_buys"], found["allowed"]) == ([], ["tag:fizzy"])
    assert "cola" in offered(asked, "cai")
    say(told, "cai", "tag:fizzy", avoids=True)
    assert profile(asked, "cai")["never_buys"] == [{**learned, "said": True}]
    assert "cola" not in offered(asked, "cai")


def test_what_somebody_says_to_avoid_is_not_offered(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    assert {"bread", "bread-xl"} & set(offered(asked, "ben"))
    say(told, "ben", "category:bakery", avoids=True)
    assert not {"bread", "bread-xl"} & set(offered(asked, "ben"))
    found = profile(asked, "ben")["never_buys"]
    assert [(each["subject"], each["said"]) for each in found] == [("category:bakery", True)]
    brief = asked.get("/v1/customers/ben/brief?channel=store").get_json()
    assert [each["subject"] for each in brief["never_buys"]] == ["category:bakery"]
    assert "bread" not in [each["product_id"] for each in brief["offers"]]
    say(told, "stranger", "category:bakery", avoids=True)
    assert not {"bread", "bread-xl"} & set(offered(asked, "stranger"))


def test_a_preference_needs_its_subject(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, _ = workers
    for details, field in (
        ({}, "details.subject"),
        ({"subject": "meat", "avoids": True}, "details.subject"),
        ({"subject": "tag:meat", "avoids": "yes"}, "details.avoids"),
    ):
        event = {"id": "p", "type": "preference", "customer_id": "ana", "details": details}
        answer = told.post("/v1/events", json={"events": [event]}).get_json()
        assert answer["results"][0]["errors"][0]["field"] == field


def test_an_erased_customer_has_no_profile_but_without_a_ledger_everybody_has(
    workers: tuple[FlaskClient, FlaskClient], tmp_path: Path
) -> None:
    told, asked = workers
    told.delete("/v1/customers/ana")
    assert not profile(asked, "ana")["known"]
    settings = settings_for(tmp_path / "artifacts").model_copy(update={"ledger": Ledger(url="")})
    assert profile(create_app(settings).test_client(), "ana")["tier"] == "gold"
