"""Known customers, answered from what training read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from models.plan_decision import NudgeLimits
from models.subscriptions import OPEN_END
from service.app import create_app
from service.nudge_schemas import CustomerNudgesOut
from tests.models.tiny import publish_tiny, tiny_bundle
from tests.models.tiny_plans import AS_OF, tiny_nudges
from tests.service.conftest import settings_for
from tests.service.nudges.conftest import answer, problem


@pytest.mark.parametrize(
    ("customer", "decision"),
    [("ana", "upgrade"), ("ben", "suppressed"), ("erin", "stay"), ("gus", "insufficient_data")],
)
def test_a_known_customer_is_answered_from_what_training_read(
    client: FlaskClient, customer: str, decision: str
) -> None:
    body = client.get(f"/v1/customers/{customer}/plan-nudge").get_json()
    CustomerNudgesOut.model_validate(body)
    assert (body["customer_id"], body["as_of"], body["fallback"]) == (customer, "2024-10-15", None)
    assert [nudge["decision"] for nudge in body["nudges"]] == [decision]


@pytest.mark.parametrize("customer", ["finn", "cai"])
def test_a_customer_without_a_running_subscription_is_said(client: FlaskClient, customer: str) -> None:
    """finn's has ended; cai buys, and never had one."""
    response = client.get(f"/v1/customers/{customer}/plan-nudge")
    assert response.status_code == 200
    assert response.get_json()["fallback"] == "no_subscription"
    assert response.get_json()["nudges"] == []


def test_an_unknown_customer_is_not_found_and_not_repeated(client: FlaskClient) -> None:
    body = problem(client.get("/v1/customers/zoe@example.com/plan-nudge"), 404)
    assert "not known" in body["detail"]
    assert "zoe" not in body["detail"]


def test_get_and_post_agree_on_the_same_use(client: FlaskClient) -> None:
    """erin's cycle, told in a request, is answered as it is from the files."""
    known = client.get("/v1/customers/erin/plan-nudge").get_json()["nudges"][0]
    days = [f"2024-{month:02}-{day:02}" for month in (8, 9, 10) for day in range(1, 32)]
    usage = [
        {"meter": "data_gb", "date": day, "amount": 0.2}
        for day in days
        if day < "2024-10-15" and day != "2024-09-31"
    ]
    asked = {
        "customer_id": "erin",
        "as_of": "2024-10-15",
        "plan_id": "large",
        "cycle": {"start": "2024-10-10", "end": "2024-11-09"},
        "usage": usage,
    }
    assert answer(client, asked)["nudge"] == known


def test_the_limits_of_the_settings_hold(artifacts_dir: Path) -> None:
    settings = settings_for(artifacts_dir).model_copy(
        update={"nudges": settings_for(artifacts_dir).nudges.model_copy(update={"least_days": 1})}
    )
    client = create_app(settings).test_client()
    body = client.get("/v1/customers/gus/plan-nudge").get_json()
    assert body["nudges"][0]["decision"] != "insufficient_data"


def test_the_tiny_world_is_as_described() -> None:
    nudges = tiny_nudges()
    assert int(nudges.as_of[0]) == AS_OF
    assert nudges.subscribers.take(nudges.cycles.customer) == ["ana", "ben", "erin", "gus"]


def test_who_leaves_is_told_so_by_the_advice_that_training_made(tmp_path: Path) -> None:
    """ana is advised the large plan, unless October is her last month."""
    bundle = tiny_bundle()
    nudges = bundle.plan_nudges
    assert nudges is not None
    ended = np.full(len(nudges.cycles), OPEN_END, dtype=np.int32)
    ended[0] = nudges.cycles.end[0] - 1
    follows = np.full(len(ended), nudges.book.plans.index("large"), dtype=np.int16)
    told = {}
    ends = replace(nudges.cycles, ended=ended, follows=follows)
    for name, cycles in (("stays", nudges.cycles), ("leaves", ends)):
        made = replace(nudges, cycles=cycles).with_advice(NudgeLimits())
        publish_tiny(tmp_path / name / "artifacts", bundle=replace(bundle, plan_nudges=made))
        client = create_app(settings_for(tmp_path / name / "artifacts")).test_client()
        (told[name],) = client.get("/v1/customers/ana/plan-nudge").get_json()["nudges"]
    assert (told["stays"]["decision"], told["stays"]["ends_on"]) == ("upgrade", None)
    assert told["leaves"]["decision"] == "top_up"
    assert told["leaves"]["recommended_plan_id"] == "small"
    assert told["leaves"]["ends_on"] == "2024-10-31"
    assert (told["stays"]["next_plan_id"], told["leaves"]["next_plan_id"]) == (None, "large")
    assert "and Large is booked to follow" in told["leaves"]["sentence"]
    assert "ENDING" in told["leaves"]["reason_codes"]
