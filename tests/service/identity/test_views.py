"""Who a customer is, over HTTP, on the tiny world and both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from config.ledger import Ledger
from service.app import create_app
from tests.service.conftest import settings_for

NUMBERS = count()
EVERYTHING = (
    "events",
    "contacts",
    "dismissals",
    "contact_states",
    "campaign_offers",
    "attributions",
    "exposures",
    "session_links",
)


@pytest.fixture
def workers(artifacts_dir: Path, ledger_url: str) -> tuple[FlaskClient, FlaskClient]:
    """Two workers of one service: one is told, the other asked."""
    settings = settings_for(artifacts_dir).model_copy(update={"ledger": Ledger(url=ledger_url)})
    one, other = (create_app(settings).test_client() for _ in range(2))
    return one, other


def post(client: FlaskClient, path: str, status: int = 200, **sent: Any) -> dict[str, Any]:
    answer = client.post(path, json=sent)
    assert answer.status_code == status, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def tell(client: FlaskClient, **event: Any) -> None:
    sent = {"id": f"e-{next(NUMBERS)}", "occurred_at": datetime.now(UTC).isoformat(), **event}
    assert post(client, "/v1/events", events=[sent])["accepted"] == 1


def offered(client: FlaskClient, **asked: Any) -> list[str]:
    answer = post(client, "/v1/recommendations", **asked)
    return [each["product_id"] for each in answer["recommendations"]]


def test_a_customer_is_found_by_what_the_customers_table_said(
    workers: tuple[FlaskClient, FlaskClient],
) -> None:
    client, _ = workers
    found = post(client, "/v1/customers/lookup", email=" Ana@EXAMPLE.com ")
    assert found == {"customer_id": "ana", "known": True, "customer_ids": ["ana"]}
    shared = post(client, "/v1/customers/lookup", phone="+44 1632 960001")
    assert shared == {"customer_id": None, "known": True, "customer_ids": ["ben", "cai"]}
    nobody = post(client, "/v1/customers/lookup", email="nobody@example.com")
    assert nobody == {"customer_id": None, "known": False, "customer_ids": []}
    assert post(client, "/v1/customers/lookup", customer_id="dora")["known"]
    assert not post(client, "/v1/customers/lookup", customer_id="zoe")["known"]


def test_what_is_told_later_counts_in_every_worker(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    sent = {"customer_id": "zoe", "email": "zoe@example.com", "phone": "01632 960001"}
    assert post(told, "/v1/customers/contacts", **sent)["kept"] == ["email", "phone"]
    assert post(told, "/v1/customers/contacts", **sent)["kept"] == ["email", "phone"]
    assert post(asked, "/v1/customers/lookup", email="ZOE@example.com")["customer_id"] == "zoe"
    shared = post(asked, "/v1/customers/lookup", phone="01632960001")
    assert shared["customer_ids"] == ["zoe", "ben", "cai"]


def test_an_address_is_one_customers(workers: tuple[FlaskClient, FlaskClient]) -> None:
    client, _ = workers
    problem = post(client, "/v1/customers/contacts", 409, customer_id="ben", email="ana@example.com")
    assert problem["errors"][0]["field"] == "email"
    assert "ana" not in str(problem)
    post(client, "/v1/customers/contacts", customer_id="zoe", email="zoe@example.com")
    post(client, "/v1/customers/contacts", 409, customer_id="ben", email="Zoe@example.com")


@pytest.mark.parametrize(
    ("field", "value"), [("email", "no address"), ("phone", "12"), ("email", "a@b"), ("phone", "none at all")]
)
def test_what_is_no_contact_is_refused_without_being_repeated(
    workers: tuple[FlaskClient, FlaskClient], field: str, value: str
) -> None:
    client, _ = workers
    for path, more in (("lookup", {}), ("contacts", {"customer_id": "zoe"})):
        problem = post(client, f"/v1/customers/{path}", 422, **{field: value, **more})
        if len(value) > 2:
            assert problem["errors"][0]["field"] == field
        assert f'"{value}"' not in str(problem)
    post(client, "/v1/customers/lookup", 422, email="a@example.com", phone="01632960001")
    post(client, "/v1/customers/lookup", 422)


def test_a_merged_visit_is_the_customers_and_undone_it_is_not(
    workers: tuple[FlaskClient, FlaskClient],
) -> None:
    told, asked = workers
    before = offered(asked, customer_id="ana")
    tell(told, type="dismiss", session_id="visit", product_id=before[0])
    assert offered(asked, customer_id="ana") == before
    both = {"customer_id": "ana", "session_id": "visit"}
    assert post(told, "/v1/customers/merge", **both)["result"] == "merged"
    assert post(told, "/v1/customers/merge", **both)["result"] == "unchanged"
    assert before[0] not in offered(asked, customer_id="ana")
    problem = post(told, "/v1/customers/merge", 409, customer_id="ben", session_id="visit")
    assert problem["errors"][0]["field"] == "session_id"
    assert post(told, "/v1/customers/unmerge", **both)["result"] == "undone"
    assert post(told, "/v1/customers/unmerge", **both)["result"] == "unchanged"
    assert offered(asked, customer_id="ana") == before


def test_an_event_with_both_ids_merges_the_visit(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    before = offered(asked, customer_id="ana")
    assert before
    tell(told, type="dismiss", session_id="visit", product_id=before[0])
    tell(told, type="view", session_id="visit", customer_id="ana", product_id="cola")
    assert before[0] not in offered(asked, customer_id="ana")
    # The next one at the same till is somebody else: what they do is not ana's.
    tell(told, type="dismiss", session_id="visit", customer_id="ben", product_id="wine")
    export = asked.get("/v1/customers/ana/export").get_json()
    assert [each["type"] for each in export["events"]] == ["dismiss", "view"]
    # What was undone is not done again by the next event.
    post(told, "/v1/customers/unmerge", customer_id="ana", session_id="visit")
    tell(told, type="view", session_id="visit", customer_id="ana", product_id="cola")
    assert offered(asked, customer_id="ana", exclude=["wine"])[0] == before[0]


def test_a_till_and_a_shared_browser_are_nobodys(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    tell(told, type="view", session_id="till", customer_id="ana", product_id="cola", channel="store")
    tell(told, type="view", session_id="till", product_id="wine", channel="store")
    sent = [
        {"id": f"b-{who}", "type": "view", "session_id": "browser", "customer_id": who, "product_id": "cola"}
        for who in ("ben", "ana")
    ]
    assert post(told, "/v1/events", events=sent)["accepted"] == 2
    tell(told, type="view", session_id="browser", product_id="wine")
    for customer in ("ana", "ben"):
        export = asked.get(f"/v1/customers/{customer}/export").get_json()
        assert export["ids"] == [customer]
        assert {each["product_id"] for each in export["events"]} == {"cola"}


def test_an_erased_customer_is_unknown_at_once_everywhere(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    answer = post(asked, "/v1/recommendations", customer_id="ana")
    assert answer["fallback"] is None
    token = {"recommendation_id": answer["recommendation_id"], "product_id": "cola"}
    tell(told, type="impression", customer_id="ana", **token)
    tell(told, type="view", session_id="visit", product_id="cola")
    tell(told, type="view", session_id="visit", customer_id="ana", product_id="wine")
    tell(told, type="complaint", customer_id="ana")
    post(told, "/v1/customers/contacts", customer_id="ana", phone="01632 960002")
    held = asked.get("/v1/customers/ana/export").get_json()
    assert held["ids"] == ["ana", "visit"]
    assert held["contact_hashes"] == ["email", "phone"]
    assert held["model"]["bought"]
    assert len(held["events"]) == 4
    assert len(held["attributions"]) == len(held["exposures"]) == 1
    assert held["contact_states"][0]["complaint_open"]
    answer = told.delete("/v1/customers/ana").get_json()
    assert answer["erased"] == {
        "events": 4,
        "contacts": 0,
        "dismissals": 0,
        "contact_states": 1,
        "campaign_offers": 0,
        "attributions": 1,
        "exposures": 1,
        "session_links": 1,
        "merges": 1,
        "identities": 1,
    }
    for client in workers:
        assert post(client, "/v1/recommendations", customer_id="ana")["fallback"] == "unknown_customer"
        assert not post(client, "/v1/customers/lookup", email="ana@example.com")["known"]
        assert not post(client, "/v1/customers/lookup", phone="01632 960002")["known"]
        assert not post(client, "/v1/customers/lookup", customer_id="ana")["known"]
        assert client.get("/v1/customers/ana/plan-nudge").status_code == 404
        export = client.get("/v1/customers/ana/export").get_json()
        assert export["model"] is None
        assert not any(export[name] for name in (*EVERYTHING, "contact_hashes"))
        assert post(client, "/v1/recommendations", customer_id="ben")["fallback"] is None
    again = told.delete("/v1/customers/ana").get_json()
    assert not any(again["erased"].values())


def test_a_customer_who_comes_back_is_new(workers: tuple[FlaskClient, FlaskClient]) -> None:
    told, asked = workers
    told.delete("/v1/customers/ana")
    tell(told, type="view", customer_id="ana", product_id="pizza")
    answer = post(asked, "/v1/recommendations", customer_id="ana")
    assert answer["fallback"] is None
    reasons = [each["reasons"][0]["evidence"] for each in answer["recommendations"]]
    assert reasons[0]["product_id"] == "pizza"
    assert asked.get("/v1/customers/ana/export").get_json()["model"] is None


def test_without_a_ledger_there_is_no_register(artifacts_dir: Path) -> None:
    settings = settings_for(artifacts_dir).model_copy(update={"ledger": Ledger(url="")})
    client = create_app(settings).test_client()
    post(client, "/v1/customers/lookup", 503, customer_id="ana")
    assert client.delete("/v1/customers/ana").status_code == 503
