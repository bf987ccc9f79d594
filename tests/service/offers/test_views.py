"""POST /v1/offers: a line a customer, what events say counts at once, the same when asked again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def consenting(client: FlaskClient) -> FlaskClient:
    """A service to which ana has consented to mails."""
    happened(client, id="1", type="consent", customer_id="ana", channel="email", details={"granted": True})
    return client


def happened(client: FlaskClient, **event: Any) -> None:
    body = client.post("/v1/events", json={"events": [event]}).get_json()
    assert body["accepted"] == 1, body


def offers(client: FlaskClient, *customers: str, campaign: str = "spring") -> list[dict[str, Any]]:
    asked = {"campaign_id": campaign, "customers": list(customers)}
    answer = client.post("/v1/offers", json=asked)
    assert (answer.status_code, answer.mimetype) == (200, "application/x-ndjson"), answer.get_data()
    return [json.loads(line) for line in answer.get_data().splitlines()]


def codes(row: dict[str, Any]) -> set[str]:
    return {each["code"] for each in row["left_out"]}


def test_only_those_who_consented_are_offered_anything(consenting: FlaskClient) -> None:
    ana, ben, last = offers(consenting, "ana", "ben")
    assert (ana["customer_id"], ana["status"]) == ("ana", "offered")
    assert ana["recommendations"][0]["reasons"]
    assert ana["recommendations"][0]["name"] in ana["text"]
    assert (ben["status"], codes(ben)) == ("left_out", {"NO_CONSENT"})
    assert last["summary"]["offered"] == last["summary"]["left_out"] == 1


def test_asked_again_the_offers_are_the_same_and_another_campaign_waits(consenting: FlaskClient) -> None:
    first, _ = offers(consenting, "ana")
    again, _ = offers(consenting, "ana")
    assert again == first | {"repeated": True}
    other, _ = offers(consenting, "ana", campaign="summer")
    assert other["status"] == "left_out"
    assert "CAP" in next(iter(codes(other)))


def test_a_consent_taken_back_counts_at_once(consenting: FlaskClient) -> None:
    happened(
        consenting, id="2", type="consent", customer_id="ana", channel="email", details={"granted": False}
    )
    row, _ = offers(consenting, "ana")
    assert row["status"] == "left_out"


def test_what_was_dismissed_in_the_shop_is_not_mailed(consenting: FlaskClient) -> None:
    shown = {each["product_id"] for each in offers(consenting, "ana")[0]["recommendations"]}
    for product in shown:
        happened(
            consenting, id=product, type="dismiss", customer_id="cai", product_id=product, channel="store"
        )
    happened(
        consenting, id="c", type="consent", customer_id="cai", channel="email", details={"granted": True}
    )
    row, _ = offers(consenting, "cai")
    assert not shown & {each["product_id"] for each in row["recommendations"]}
    assert {each["product_id"] for each in row["withheld"]} == shown


def test_an_open_complaint_comes_first(consenting: FlaskClient) -> None:
    happened(consenting, id="2", type="complaint", customer_id="ana", details={"state": "opened"})
    row, _ = offers(consenting, "ana")
    assert row["status"] == "left_out"


@pytest.mark.parametrize("customers", [[], ["ana", "ana"], ["x"] * 1001, "ana"])
def test_who_is_asked_for_must_be_a_list_of_customers(client: FlaskClient, customers: Any) -> None:
    answer = client.post("/v1/offers", json={"campaign_id": "spring", "customers": customers})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"].startswith("customers")
