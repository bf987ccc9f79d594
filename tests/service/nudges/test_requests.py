"""What a request says of use, history and its own price list, and how that is read."""

from __future__ import annotations

import copy
import datetime

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


def test_a_repeated_record_is_no_conflict_whatever_it_says(client: FlaskClient) -> None:
    rows = request()["usage"]
    told = [{**rows[0], "id": "a"}, {**rows[1], "id": "b"}]
    for again in (
        {**told[0], "amount": 7.0},  # an id that was there, another amount of the same day
        {**rows[7], "id": "a"},  # and of another day
        {**rows[0], "id": "c"},  # the same total under another id
    ):
        body = answer(client, request(usage=[*told, again]))
        assert body["repeated"] == 1
        assert body["nudge"] == answer(client, request(usage=told))["nudge"]


def test_a_year_of_days_is_read_in_any_order(client: FlaskClient) -> None:
    first = datetime.date(2023, 10, 11)
    usage = [
        {"meter": meter, "date": (first + datetime.timedelta(days=day)).isoformat(), "amount": amount}
        for day in range(366)
        for meter, amount in (("data_gb", 0.2), ("minutes", 3))
    ]
    body = answer(client, request(usage=usage, history=[]))
    again = answer(client, request(usage=[*usage[::-1], *usage[:20]], history=[]))
    assert (body["repeated"], again["repeated"]) == (0, 20)
    assert body["nudge"] == again["nudge"]
    assert [meter["used"] for meter in body["nudge"]["meters"]] == [2.0, 30.0]


def test_history_that_is_told_twice_is_counted(client: FlaskClient) -> None:
    dated = [
        {"meter": "data_gb", "amount": 4.0, "cycle_start": "2024-09-01", "days": days} for days in (31, 40)
    ]
    body = answer(client, request(history=dated))
    assert body["repeated"] == 1, "more days than a cycle has are all of it"
