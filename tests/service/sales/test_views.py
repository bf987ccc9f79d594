"""The brief and the worklist, over HTTP, on the tiny world and both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from config.ledger import Ledger
from service.app import create_app
from service.contacts.plan_contacts import TELLING
from tests.models.tiny import publish_tiny, tiny_bundle
from tests.service.conftest import settings_for

NUMBERS = count()


@pytest.fixture
def client(artifacts_dir: Path, ledger_url: str) -> FlaskClient:
    settings = settings_for(artifacts_dir).model_copy(update={"ledger": Ledger(url=ledger_url)})
    return create_app(settings).test_client()


def tell(client: FlaskClient, **event: Any) -> None:
    answer = client.post("/v1/events", json={"events": [{"id": f"e-{next(NUMBERS)}", **event}]}).get_json()
    assert answer["accepted"] == 1, answer


def get(client: FlaskClient, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def brief(client: FlaskClient, customer: str, channel: str = "store") -> dict[str, Any]:
    return get(client, f"/v1/customers/{customer}/brief?channel={channel}")


def interested(client: FlaskClient, **products: str) -> None:
    for customer, product in products.items():
        tell(client, type="conversation", customer_id=customer, details={"interested": [product]})


def work(client: FlaskClient, more: str = "") -> list[tuple[str, str]]:
    found = get(client, f"/v1/worklist?channel=store{more}")
    return [(each["customer_id"], each["reason"]) for each in found["work"]]


def test_the_brief_says_who_somebody_is(client: FlaskClient) -> None:
    found = brief(client, "ana")
    who = found["who"]
    assert (who["known"], who["tier"], who["orders"], who["usual_gap_days"]) == (True, "gold", 4, 10.0)
    assert who["overdue"]
    assert who["sentence"].startswith("Gold customer")
    assert who["sentence"].endswith("Overdue by their own rhythm.")
    assert found["contact"] == {"channel": "store", "allowed": True, "suppressions": []}
    assert found["offers"]
    for offer in found["offers"]:
        assert offer["name"] in offer["say"]
        assert offer["reasons"]
    assert found["recommendation_id"]


def test_the_brief_of_a_stranger_says_that_nothing_is_known(client: FlaskClient) -> None:
    found = brief(client, "stranger")
    assert not found["who"]["known"]
    assert "Nothing is known" in found["who"]["sentence"]
    tell(client, type="view", customer_id="stranger", product_id="pizza")
    found = brief(client, "stranger")
    assert found["who"]["known"]
    assert found["recent"][0]["type"] == "view"
    assert found["offers"]


def test_what_was_said_on_any_channel_is_in_the_brief(client: FlaskClient) -> None:
    offered = brief(client, "ana")["offers"][0]["product_id"]
    tell(client, type="dismiss", customer_id="ana", product_id=offered, channel="email")
    tell(client, type="view", customer_id="ana", product_id="pizza", channel="web")
    tell(client, type="complaint", customer_id="ana", channel="phone", details={"state": "opened"})
    found = brief(client, "ana")
    assert offered not in [each["product_id"] for each in found["offers"]]
    assert [(each["product_id"], each["code"]) for each in found["not_to_offer"]] == [(offered, "DISMISSED")]
    assert {(each["type"], each["channel"]) for each in found["recent"]} == {
        ("dismiss", "email"),
        ("view", "web"),
        ("complaint", "phone"),
    }
    assert "complaint is open" in found["who"]["sentence"]
    assert not found["contact"]["allowed"]
    assert [each["code"] for each in found["contact"]["suppressions"]] == ["COMPLAINT_OPEN"]


def test_consent_of_the_customers_table_counts_until_it_is_changed(client: FlaskClient) -> None:
    assert brief(client, "ana", "email")["contact"]["allowed"]
    assert not brief(client, "ben", "email")["contact"]["allowed"]
    assert brief(client, "ben", "phone")["contact"]["allowed"]
    assert not brief(client, "cai", "phone")["contact"]["allowed"]
    tell(client, type="consent", customer_id="ben", channel="phone", details={"granted": False})
    assert not brief(client, "ben", "phone")["contact"]["allowed"]


def test_plan_nudges_say_what_stands_against_telling_them(client: FlaskClient) -> None:
    def nudges(customer: str) -> list[dict[str, Any]]:
        of_brief: list[dict[str, Any]] = brief(client, customer)["nudges"]
        alone = get(client, f"/v1/customers/{customer}/plan-nudge?channel=store")["nudges"]
        for one, other in zip(alone, of_brief, strict=True):
            assert one["suppressions"] == other["suppressions"]
            decision = "suppressed" if other["suppressions"] else other["decision"]
            assert one["decision"] == decision
            assert one["recommended_plan_id"] == other["recommended_plan_id"]
        return of_brief

    acting = [
        customer
        for customer in ("ana", "ben", "erin", "gus")
        if any(each["decision"] in TELLING for each in nudges(customer))
    ]
    assert acting
    for customer in acting:
        told = next(each for each in nudges(customer) if each["decision"] in TELLING)
        assert told["suppressions"] == []
        tell(client, type="dismiss", customer_id=customer, plan_id=told["recommended_plan_id"])
        told = next(each for each in nudges(customer) if each["decision"] in TELLING)
        assert [each["code"] for each in told["suppressions"]] == ["DISMISSED"]
        assert told["suppressions"][0]["until"]
        tell(client, type="plan_change", customer_id=customer, plan_id="large")
        told = next(each for each in nudges(customer) if each["decision"] in TELLING)
        assert {each["code"] for each in told["suppressions"]} == {"DISMISSED", "PLAN_CHANGED"}


def test_the_worklist_is_by_what_is_at_stake_in_pages_that_join(client: FlaskClient) -> None:
    interested(client, eve="cola", fay="pizza")
    whole = get(client, "/v1/worklist?channel=store")
    values = [float(each["expected_value"]) for each in whole["work"]]
    assert len(values) == 4
    assert values == sorted(values, reverse=True)
    assert whole["cursor"] is None
    assert {each["reason"] for each in whole["work"]} == {"PLAN", "OVERDUE", "INTERESTED"}
    pages, cursor = [], ""
    for _ in whole["work"]:
        page = get(client, f"/v1/worklist?channel=store&limit=1{cursor}")
        pages += page["work"]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert pages == whole["work"]
    for broken in ("nonsense", "WzFd", "%20"):
        assert get(client, f"/v1/worklist?cursor={broken}", 422)["errors"][0]["field"] == "cursor"


def test_interest_puts_a_customer_on_the_worklist_and_buying_takes_them_off(client: FlaskClient) -> None:
    assert "stranger" not in [customer for customer, _ in work(client)]
    tell(client, type="conversation", customer_id="stranger", details={"interested": ["bread", 7, "none"]})
    assert ("stranger", "INTERESTED") in work(client)
    tell(client, type="purchase", customer_id="stranger", product_id="bread", quantity=1)
    assert "stranger" not in [customer for customer, _ in work(client)]


def test_an_outcome_takes_a_customer_off_the_worklist(client: FlaskClient) -> None:
    first, *others = work(client)
    answer = client.post(
        "/v1/events", json={"events": [{"id": "no", "type": "outcome", "customer_id": first[0]}]}
    ).get_json()
    assert answer["results"][0]["errors"][0]["field"] == "details.result"
    tell(client, type="outcome", customer_id=first[0], details={"result": "called, will think about it"})
    assert work(client) == others


def test_whoever_may_not_be_contacted_is_not_on_the_worklist(client: FlaskClient) -> None:
    interested(client, eve="cola", fay="pizza")
    first, *others = work(client)
    tell(client, type="complaint", customer_id=first[0])
    assert work(client) == others
    client.delete(f"/v1/customers/{others[0][0]}")
    assert work(client) == others[1:]
    by_phone = get(client, "/v1/worklist?channel=phone")
    assert {each["customer_id"] for each in by_phone["work"]} <= {"ben"}
    assert by_phone["left_out"] >= 2


def test_first_orders_and_birthdays_are_on_the_worklist_and_in_the_brief(
    tmp_path: Path, ledger_url: str
) -> None:
    """dora came once, 17 days before the end of the data; cai's birthday is today."""
    today = datetime.now(UTC).date()
    bundle = tiny_bundle()
    assert bundle.directory is not None
    birthdays = np.array([0, 0, today.month * 100 + today.day], dtype=np.int16)
    directory = replace(bundle.directory, birthdays=birthdays)
    publish_tiny(tmp_path / "artifacts", bundle=replace(bundle, directory=directory))
    (tmp_path / "rewards.toml").write_text(
        '[[rewards]]\nid = "hello"\nkind = "first_order"\nwithin_days = 30\nbenefit = "A note"\n'
        '[[rewards]]\nid = "cake"\nkind = "birthday"\nwithin_days = 1\nbenefit = "A cake"\n'
    )
    settings = settings_for(tmp_path / "artifacts").model_copy(update={"ledger": Ledger(url=ledger_url)})
    client = create_app(settings).test_client()
    assert {("dora", "FIRST_ORDER"), ("cai", "BIRTHDAY")} <= set(work(client))
    found = {each["customer_id"]: each["text"] for each in get(client, "/v1/worklist?channel=store")["work"]}
    assert found["cai"] == "Birthday these days: A cake"
    assert [(each["reward_id"], each["due"]) for each in brief(client, "cai")["rewards"]] == [("cake", True)]
    profile = get(client, "/v1/customers/dora")
    assert [each["text"] for each in profile["rewards"]] == ["First order on 2024-09-27"]


def test_without_a_ledger_there_is_neither(artifacts_dir: Path) -> None:
    settings = settings_for(artifacts_dir).model_copy(update={"ledger": Ledger(url="")})
    client = create_app(settings).test_client()
    assert client.get("/v1/customers/ana/brief").status_code == 503
    assert client.get("/v1/worklist").status_code == 503
