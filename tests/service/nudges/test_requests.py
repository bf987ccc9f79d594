"""What a request says of use, history and its own price list, and how that is read."""

from __future__ import annotations

import copy

from flask.testing import FlaskClient

from tests.service.nudges.conftest import OWN_PLANS, answer, request


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
