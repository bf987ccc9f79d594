"""Nudges over HTTP: what is answered, and every kind of bad input with its status and field."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.advice import DECISIONS, REASONS
from service.app import create_app
from service.nudge_schemas import (
    CustomerNudgesOut,
    Decision,
    NudgeAnswer,
    NudgeBatchOut,
    ReasonCode,
)
from service.schemas import ProblemOut
from tests.models.tiny import publish_tiny, tiny_bundle
from tests.models.tiny_plans import AS_OF, tiny_nudges
from tests.service.conftest import settings_for

POST, BATCH = "/v1/plan-nudges", "/v1/plan-nudges:batch"
Change = Callable[[dict[str, Any]], object]


def request(**changed: Any) -> dict[str, Any]:
    """Ten days into October on the small plan of 5 GB, with a quarter of a gigabyte used every day."""
    asked: dict[str, Any] = {
        "customer_id": "zoe",
        "as_of": "2024-10-11",
        "plan_id": "small",
        "cycle": {"start": "2024-10-01", "end": "2024-10-31"},
        "usage": [
            {"meter": "data_gb", "date": f"2024-10-{day:02}", "amount": 0.25, "unit": "GB"}
            for day in range(1, 11)
        ],
        "history": [{"meter": "data_gb", "amount": 4.0}, {"meter": "data_gb", "amount": 3.9}],
    }
    return {**asked, **changed}


OWN_PLANS: dict[str, Any] = {
    "plans": [
        {
            "plan_id": name,
            "family": "mobile",
            "name": name.title(),
            "fee": fee,
            "currency": "USD",
            "meters": [{"meter": "data_gb", "quota": quota, "overage_price": "4.00"}],
        }
        for name, fee, quota in (("small", "10.00", 5), ("large", "30.00", 100))
    ]
}


def answer(client: FlaskClient, asked: dict[str, Any]) -> dict[str, Any]:
    response = client.post(POST, json=asked)
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    NudgeAnswer.model_validate(body)
    return body


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    ProblemOut.model_validate(body)
    return body


def test_a_request_is_answered_with_its_evidence(client: FlaskClient) -> None:
    nudge = answer(client, request())["nudge"]
    assert (nudge["customer_id"], nudge["plan_id"], nudge["currency"]) == ("zoe", "small", "EUR")
    (data, minutes) = nudge["meters"]
    assert (data["meter"], data["unit"], data["quota"]) == ("data_gb", "gb", 5.0)
    assert data["used"] == 2.5
    assert data["p10"] <= data["p50"] <= data["p90"]
    assert minutes["used"] == 0
    assert nudge["cycle"] == {"start": "2024-10-01", "end": "2024-10-31"}
    costs = [float(plan["expected_cost"]) for plan in nudge["plans"]]
    assert costs == sorted(costs)
    assert {plan["plan_id"] for plan in nudge["plans"]} == {"small", "large"}, "retired plans are not offered"
    assert "2.5 GB of 5 GB" in nudge["sentence"]


def test_costs_are_those_of_the_list_of_plans(client: FlaskClient) -> None:
    """No correction of the saving may make a plan cheaper than its fee."""
    for asked in (request(), request(history=[{"meter": "data_gb", "amount": 30}] * 3)):
        nudge = answer(client, asked)["nudge"]
        costs = {plan["plan_id"]: plan["expected_cost"] for plan in nudge["plans"]}
        assert nudge["expected_cost_current"] == costs["small"]
        assert nudge["expected_cost_recommended"] == costs[nudge["recommended_plan_id"]]
        assert Decimal(costs["large"]) >= 25
    assert nudge["decision"] == "upgrade"
    assert Decimal(nudge["expected_saving"]) > 0


def test_it_is_stateless(client: FlaskClient) -> None:
    first = answer(client, request())
    answer(client, request(usage=[]))
    assert answer(client, request()) == first


def test_history_tells_one_unusual_month_from_a_misjudged_plan(client: FlaskClient) -> None:
    """The seed case, scaled to this plan: 60 % used after a third of the cycle."""
    usage = [{"meter": "data_gb", "date": f"2024-10-{day:02}", "amount": 0.3} for day in range(1, 11)]
    low, high = (
        answer(
            client,
            request(usage=usage, history=[{"meter": "data_gb", "amount": amount} for amount in amounts]),
        )["nudge"]
        for amounts in ((3.9, 3.8, 4.0), (22.0, 22.4, 21.9))
    )
    assert low["decision"] in ("stay", "top_up")
    assert high["decision"] == "upgrade"
    assert high["recommended_plan_id"] == "large"
    assert low["meters"][0]["next_mean"] < 5 < high["meters"][0]["next_mean"]


def test_under_three_days_without_history_is_too_little_to_say(client: FlaskClient) -> None:
    for usage in ([], request()["usage"][:2]):
        nudge = answer(client, request(usage=usage, history=[], as_of="2024-10-03"))["nudge"]
        assert nudge["decision"] == "insufficient_data"
        assert nudge["confidence"] == "low"
        assert "too few days" in nudge["sentence"]


def test_a_retired_plan_is_valid_as_the_current_one_and_never_recommended(client: FlaskClient) -> None:
    nudge = answer(client, request(plan_id="old"))["nudge"]
    assert nudge["plan_id"] == "old"
    assert "RETIRED_PLAN" in nudge["reason_codes"]
    for asked in (request(), request(history=[{"meter": "data_gb", "amount": 55}] * 3)):
        assert answer(client, asked)["nudge"]["recommended_plan_id"] != "old"


def test_all_zeros_stay(client: FlaskClient) -> None:
    usage = [{**row, "amount": 0} for row in request()["usage"]]
    nudge = answer(client, request(usage=usage, history=[]))["nudge"]
    assert nudge["decision"] in ("stay", "insufficient_data")
    assert "NO_USE" in nudge["reason_codes"]


def test_the_largest_plan_still_exceeded_says_so(client: FlaskClient) -> None:
    own = copy.deepcopy(OWN_PLANS)
    history = [{"meter": "data_gb", "amount": amount} for amount in (180, 190, 185)]
    usage = [{**row, "amount": 6} for row in request()["usage"]]
    nudge = answer(client, request(**own, plan_id="large", usage=usage, history=history))["nudge"]
    assert nudge["decision"] in ("stay", "top_up")
    assert "NO_LARGER_PLAN" in nudge["reason_codes"]


def test_a_lock_in_suppresses_and_says_why(client: FlaskClient) -> None:
    history = [{"meter": "data_gb", "amount": 30}] * 3
    free = answer(client, request(history=history, locked_until="2024-10-10"))["nudge"]
    bound = answer(client, request(history=history, locked_until="2024-10-11"))["nudge"]
    assert free["decision"] == "upgrade"
    assert bound["decision"] == "suppressed"
    assert "LOCKED_IN" in bound["reason_codes"]
    assert "contract" in bound["sentence"]


def test_an_own_price_list_is_priced_in_its_own_currency(client: FlaskClient) -> None:
    body = answer(client, request(**OWN_PLANS))
    assert body["nudge"]["currency"] == "USD"
    assert {plan["plan_id"]: plan["name"] for plan in body["nudge"]["plans"]} == {
        "small": "Small",
        "large": "Large",
    }
    assert body["fallback"] is None
    yen = copy.deepcopy(OWN_PLANS)
    for plan in yen["plans"]:
        plan |= {"currency": "JPY", "fee": plan["fee"][:2] + "00"}
        plan["meters"][0]["overage_price"] = "400"
    costs = [plan["expected_cost"] for plan in answer(client, request(**yen))["nudge"]["plans"]]
    assert all("." not in cost for cost in costs)


def test_meters_that_nothing_was_learned_of_are_said(client: FlaskClient) -> None:
    own = copy.deepcopy(OWN_PLANS)
    for plan in own["plans"]:
        plan["meters"][0]["meter"] = "api_calls"
    usage = [{"meter": "api_calls", "date": "2024-10-05", "amount": 3, "unit": "calls"}]
    body = answer(client, request(**own, usage=usage, history=[]))
    assert body["fallback"] == "plans_not_learned"


def test_what_is_repeated_is_ignored_and_counted(client: FlaskClient) -> None:
    plain = answer(client, request())
    rows = [{**row, "id": f"e{at}"} for at, row in enumerate(request()["usage"])]
    again = answer(client, request(usage=[*rows, rows[3], {**rows[4], "amount": 99.0}]))
    assert again["repeated"] == 2
    assert again["nudge"] == plain["nudge"]
    without_ids = answer(client, request(usage=[*request()["usage"], request()["usage"][0]]))
    assert without_ids["repeated"] == 1


def test_dated_history_counts_wherever_it_stands(client: FlaskClient) -> None:
    dated = [
        {"meter": "data_gb", "amount": 3.9, "cycle_start": "2024-09-01", "cycle_end": "2024-09-30"},
        {"meter": "data_gb", "amount": 4.0, "cycle_start": "2024-08-01", "cycle_end": "2024-08-31"},
    ]
    assert answer(client, request(history=dated))["nudge"] == answer(client, request())["nudge"]


def test_days_before_the_cycle_are_history(client: FlaskClient) -> None:
    days = [{"meter": "data_gb", "date": f"2024-09-{day:02}", "amount": 0.4} for day in range(1, 31)]
    nudge = answer(client, request(usage=[*days, *request()["usage"]], history=[]))["nudge"]
    assert nudge["meters"][0]["used"] == 2.5
    assert "NO_HISTORY" not in nudge["reason_codes"]
    assert "NO_HISTORY" in answer(client, request(history=[]))["nudge"]["reason_codes"]


USAGE = {"meter": "data_gb", "date": "2024-10-05", "amount": 1.0}


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        (request(plan_id="smal"), "plan_id", "did you mean 'small'"),
        (request(usage=[{**USAGE, "meter": "data"}]), "usage.0.meter", "did you mean 'data_gb'"),
        (request(usage=[{**USAGE, "amount": -1}]), "usage.0.amount", "greater than or equal to 0"),
        (request(usage=[USAGE, {**USAGE, "amount": float("nan")}]), "usage.1.amount", "finite"),
        (request(usage=[{**USAGE, "amount": float("inf")}]), "usage.0.amount", "finite"),
        (request(usage=[{**USAGE, "amount": "1"}]), "usage.0.amount", "number"),
        (request(usage=[{**USAGE, "unit": "mb"}]), "usage.0.unit", "data_gb are in gb, not in mb"),
        (request(usage=[{**USAGE, "date": "2024-10-11"}]), "usage.0.date", "not before as_of"),
        (request(usage=[{**USAGE, "date": "2025-01-01"}]), "usage.0.date", "not before as_of"),
        (request(usage=[{**USAGE, "date": "2024-02-30"}]), "usage.0.date", "date"),
        (request(usage=[{**USAGE, "colour": "red"}]), "usage.0.colour", "unknown field"),
        (request(usage=[USAGE] * 3001), "usage", "3000"),
        (request(cycle={"start": "2024-10-31", "end": "2024-10-01"}), "cycle.end", "before cycle.start"),
        (request(cycle={"start": "2024-01-01", "end": "2024-12-31"}), "cycle.end", "at most 62 days"),
        (request(as_of="2024-11-01"), "as_of", "not in the cycle"),
        (request(as_of="2024-09-30", usage=[]), "as_of", "not in the cycle"),
        (request(history=[{"meter": "gb", "amount": 1}]), "history.0.meter", "not a meter of small"),
        (request(history=[{"meter": "data_gb", "amount": -1}]), "history.0.amount", "greater than or equal"),
        (
            request(history=[{"meter": "data_gb", "amount": 1, "cycle_start": "2024-10-01"}]),
            "history.0.cycle_start",
            "not before the running cycle",
        ),
        (
            request(
                history=[
                    {
                        "meter": "data_gb",
                        "amount": 1,
                        "cycle_start": "2024-09-01",
                        "cycle_end": "2024-08-31",
                    }
                ]
            ),
            "history.0.cycle_end",
            "before cycle_start",
        ),
        (
            request(
                history=[
                    {"meter": "data_gb", "amount": 1, "cycle_start": "2024-09-01"},
                    {"meter": "data_gb", "amount": 1},
                ]
            ),
            "history.1.cycle_start",
            "for all of history or for none",
        ),
        (request(add_ons=[{}]), "add_ons.0.add_on_id", "required"),
        (request(plans=[]), "plans", "at least 1"),
        ({}, "as_of", "required"),
    ],
)
def test_a_wrong_field_is_named(client: FlaskClient, asked: dict[str, Any], field: str, words: str) -> None:
    sent = json.dumps(asked)  # NaN and Infinity as some clients write them
    body = problem(client.post(POST, data=sent, content_type="application/json"), 422)
    named = {error["field"]: error["message"] for error in body["errors"]}
    assert field in named
    assert words in named[field]


def _set(path: tuple[str | int, ...], value: Any) -> Change:
    def change(own: dict[str, Any]) -> None:
        here: Any = own
        for part in path[:-1]:
            here = here[part]
        here[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (_set(("plans", 0, "fee"), "-1.00"), "plans.0.fee", "must not be negative"),
        (
            _set(("plans", 0, "meters", 0, "overage_price"), "-1"),
            "plans.0.meters.0.overage_price",
            "negative",
        ),
        (_set(("plans", 1, "currency"), "EUR"), "plans.1.currency", "EUR beside USD"),
        (_set(("plans", 1, "plan_id"), "small"), "plans.1.plan_id", "there twice"),
        (_set(("plans", 0, "fee"), 10), "plans.0.fee", "decimal string"),
        (_set(("plans", 0, "fee"), "10.001"), "plans.0.fee", "more decimals"),
        (_set(("plans", 0, "meters", 0, "quota"), float("inf")), "plans.0.meters.0.quota", "finite"),
    ],
)
def test_a_mistake_in_an_own_price_list_is_named(
    client: FlaskClient, change: Change, field: str, words: str
) -> None:
    own = copy.deepcopy(OWN_PLANS)
    change(own)
    sent = json.dumps(request(**own))
    body = problem(client.post(POST, data=sent, content_type="application/json"), 422)
    assert body["errors"][0]["field"] == field
    assert words in body["errors"][0]["message"]


def test_add_ons_without_plans_are_refused(client: FlaskClient) -> None:
    add_on = {
        "add_on_id": "x",
        "family": "mobile",
        "name": "X",
        "price": "1.00",
        "currency": "EUR",
        "meter": "data_gb",
        "amount": 1,
    }
    body = problem(client.post(POST, json=request(add_ons=[add_on])), 422)
    assert body["errors"][0]["field"] == "add_ons"


def test_two_totals_of_one_day_are_a_conflict(client: FlaskClient) -> None:
    body = problem(client.post(POST, json=request(usage=[USAGE, {**USAGE, "amount": 2.0}])), 409)
    assert body["errors"][0]["field"] == "usage.1.amount"
    dated = {"meter": "data_gb", "amount": 1.0, "cycle_start": "2024-09-01"}
    body = problem(client.post(POST, json=request(history=[dated, {**dated, "amount": 2.0}])), 409)
    assert body["errors"][0]["field"] == "history.1.amount"


def test_a_body_may_be_larger_than_elsewhere_but_not_endless(client: FlaskClient) -> None:
    padding = b" " * (512 * 1024)
    sent = json.dumps(request()).encode()
    fits = sent + padding[len(sent) :]
    assert client.post(POST, data=fits, content_type="application/json").status_code == 200
    problem(client.post(POST, data=fits + b" ", content_type="application/json"), 413)
    assert problem(client.post(POST, data=b"{", content_type="application/json"), 400)
    assert problem(client.post(POST, data=b"a=1"), 415)


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


def test_a_batch_answers_row_by_row(client: FlaskClient) -> None:
    wrong = request(plan_id="gone")
    two = request(usage=[USAGE, {**USAGE, "amount": 2.0}])
    rows = [request(), wrong, {"as_of": 7}, request(**OWN_PLANS), two, request(customer_id="amy")]
    body = client.post(BATCH, json={"requests": rows}).get_json()
    NudgeBatchOut.model_validate(body)
    assert [result["status"] for result in body["results"]] == [200, 422, 422, 200, 409, 200]
    assert body["results"][0]["answer"] == answer(client, request())
    assert body["results"][3]["answer"] == answer(client, request(**OWN_PLANS))
    assert body["results"][5]["answer"]["nudge"]["customer_id"] == "amy"
    assert body["results"][1]["problem"]["errors"][0]["field"] == "plan_id"
    assert {error["field"] for error in body["results"][2]["problem"]["errors"]} >= {"as_of", "plan_id"}


@pytest.mark.parametrize("rows", [[], [{}] * 501, "x", [7]])
def test_a_batch_of_the_wrong_shape_is_refused(client: FlaskClient, rows: Any) -> None:
    body = problem(client.post(BATCH, json={"requests": rows}), 422)
    assert body["errors"][0]["field"].startswith("requests")


def test_a_model_without_plans_says_what_to_configure(tmp_path: Path) -> None:
    directory = tmp_path / "artifacts"
    publish_tiny(directory, bundle=replace(tiny_bundle(), plan_nudges=None))
    client = create_app(settings_for(directory)).test_client()
    for response in (
        client.post(POST, json=request()),
        client.post(BATCH, json={"requests": [request()]}),
        client.get("/v1/customers/ana/plan-nudge"),
    ):
        assert "[data.plans]" in problem(response, 404)["detail"]
    assert client.get("/health/ready").status_code == 200


def test_no_model_is_unavailable(tmp_path: Path) -> None:
    client = create_app(settings_for(tmp_path)).test_client()
    problem(client.post(POST, json=request()), 503)
    problem(client.get("/v1/customers/ana/plan-nudge"), 503)


def test_nudges_are_counted(client: FlaskClient) -> None:
    client.get("/v1/customers/ana/plan-nudge")
    client.get("/v1/customers/finn/plan-nudge")
    text = client.get("/metrics").get_data(as_text=True)
    assert 'shopkeeper_plan_nudges_total{decision="upgrade"} 1.0' in text
    assert 'shopkeeper_fallbacks_total{fallback="no_subscription"} 1.0' in text


def test_the_schema_knows_every_decision_and_reason() -> None:
    assert set(Decision.__args__) == set(DECISIONS)  # type: ignore[attr-defined]  # a Literal has them
    assert set(ReasonCode.__args__) == set(REASONS)  # type: ignore[attr-defined]


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
