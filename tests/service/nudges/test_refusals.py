"""Every kind of bad input with its status and field."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel, ValidationError
from werkzeug.test import TestResponse

from service.nudge_schemas import NudgeBatch, NudgeRequest
from service.problems import invalid_body
from tests.service.nudges.conftest import BATCH, OWN_PLANS, POST, USAGE, problem, request

Change = Callable[[dict[str, Any]], object]
STORED = {"meter": "storage_gb_hours", "date": "2024-10-05", "amount": 1.0, "unit": "hours"}
STORAGE: dict[str, Any] = {
    "plans": [
        {
            **OWN_PLANS["plans"][0],
            "plan_id": "disk",
            "meters": [{"meter": "storage_gb_hours", "quota": 150_000, "overage_price": "0.01"}],
        }
    ]
}
DEEPEST = 198  # from here on a row of a batch is too deep for the schema of the batch


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        (request(plan_id="smal"), "plan_id", "did you mean 'small'"),
        (request(usage=[{**USAGE, "meter": "data"}]), "usage.0.meter", "did you mean 'data_gb'"),
        (request(usage=[{**USAGE, "amount": -1}]), "usage.0.amount", "greater than or equal to 0"),
        (request(usage=[USAGE, {**USAGE, "amount": float("nan")}]), "usage.1.amount", "finite"),
        (request(usage=[{**USAGE, "amount": float("inf")}]), "usage.0.amount", "finite"),
        (request(usage=[{**USAGE, "amount": "1"}]), "usage.0.amount", "number"),
        (request(usage=[{**USAGE, "unit": "mb"}]), "usage.0.unit", "data_gb are in gb, got 'mb'"),
        (
            request(**STORAGE, plan_id="disk", history=[], usage=[STORED]),
            "usage.0.unit",
            "storage_gb_hours are in gb_hours, got 'hours'",
        ),
        (request(usage=[{**USAGE, "date": "2024-10-11"}]), "usage.0.date", "not before as_of"),
        (request(usage=[{**USAGE, "date": "2025-01-01"}]), "usage.0.date", "not before as_of"),
        (request(usage=[{**USAGE, "date": "2024-02-30"}]), "usage.0.date", "no such day"),
        (request(usage=[{**USAGE, "colour": "red"}]), "usage.0.colour", "unknown field"),
        (request(usage=[USAGE] * 3001), "usage", "3000"),
        (request(cycle={"start": "2024-10-31", "end": "2024-10-01"}), "cycle.end", "before cycle.start"),
        (request(cycle={"start": "2024-01-01", "end": "2024-12-31"}), "cycle.end", "at most 62 days"),
        (request(as_of="2024-11-01"), "as_of", "not in the cycle"),
        (request(plan_since="2024-10-12"), "plan_since", "2024-10-12 is after as_of, 2024-10-11"),
        (request(ends_on="2024-10-10"), "ends_on", "2024-10-10 is before as_of, 2024-10-11"),
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
    assert body["errors"][0]["message"].endswith("before, got 2.0 after 1.0")
    dated = {"meter": "data_gb", "amount": 1.0, "cycle_start": "2024-09-01"}
    body = problem(client.post(POST, json=request(history=[dated, {**dated, "amount": 2.0}])), 409)
    assert body["errors"][0]["field"] == "history.1.amount"


@pytest.mark.parametrize(
    ("asked", "field", "end"),
    [
        (request(plan_id="smal"), "plan_id", "no such plan, got 'smal'; did you mean 'small'?"),
        (request(plan_id="017612345"), "plan_id", "no such plan, got 9 characters; valid choices"),
        (request(plan_id="+49176123"), "plan_id", "no such plan, got 9 characters; valid choices"),
        (request(plan_id="ana@example.com"), "plan_id", "no such plan, got 15 characters; valid choices"),
        (request(usage=[{**USAGE, "meter": "gb"}]), "usage.0.meter", "not a meter of small, got 'gb'; "),
        (request(usage=[{**USAGE, "unit": "Ana Miller"}]), "usage.0.unit", "are in gb, got 10 characters"),
        (request(usage=[{**USAGE, "amount": "Miller"}]), "usage.0.amount", "number, got 6 characters"),
        (request(usage=[{**USAGE, "date": "Miller"}]), "usage.0.date", "31, got 6 characters"),
        (request(usage=[{**USAGE, "amount": float("inf")}]), "usage.0.amount", "number, got Infinity"),
        (request(usage=[{**USAGE, "amount": float("-inf")}]), "usage.0.amount", "number, got -Infinity"),
        (request(usage=[{**USAGE, "amount": float("nan")}]), "usage.0.amount", "number, got NaN"),
        (request(usage=[{**USAGE, "amount": 10**400}]), "usage.0.amount", "number, got a larger number"),
        (request(usage=[{**USAGE, "amount": -3}]), "usage.0.amount", "greater than or equal to 0, got -3"),
        (request(usage=[{**USAGE, "date": "2024-02-30"}]), "usage.0.date", "such day, got '2024-02-30'"),
        (request(**OWN_PLANS, add_ons=[7]), "add_ons.0", "object, got 7"),
        (request(usage=[{**USAGE, "Max 017612345678": 1}]), "usage.0.(16 characters)", "unknown field"),
        (request(usage=[USAGE] * 3001), "usage", "List should have at most 3000 items, not 3001"),
        (request(plans=[7]), "plans.0", "object, got 7"),
        (request(plans=[{**OWN_PLANS["plans"][0], "meters": [7]}]), "plans.0.meters.0", "object, got 7"),
        (request(plans=[{**OWN_PLANS["plans"][0], "fee": 10}]), "plans.0.fee", '"20.00", got 10'),
    ],
)
def test_what_was_sent_is_said_and_nothing_else(
    client: FlaskClient, asked: dict[str, Any], field: str, end: str
) -> None:
    sent = json.dumps(asked)  # NaN and Infinity as some clients write them
    (error,) = problem(client.post(POST, data=sent, content_type="application/json"), 422)["errors"]
    assert error["field"] == field
    assert end in error["message"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1759276800", "10 characters"),
        ("1728000000", "10 characters"),  # a midnight within the cycle
        ("1728000000000", "13 characters"),
        ("0", "'0'"),
        ("-86400", "'-86400'"),
        ("2024-10-05T00:00:00", "'2024-10-05T00:00:00'"),
        ("2024-10-05 00:00Z", "'2024-10-05 00:00Z'"),
        ("2024-1-5", "'2024-1-5'"),
        ("20241005", "8 characters"),
        ("2024-10-05\n", "11 characters"),
        ("٢٠٢٤-10-05", "10 characters"),
        ("", "''"),
        (1728000000, "1728000000"),
        (True, "true"),
        ([], "an array"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        ("as_of",),
        ("cycle", "start"),
        ("cycle", "end"),
        ("locked_until",),
        ("plan_since",),
        ("ends_on",),
        ("usage", 0, "date"),
        ("history", 0, "cycle_start"),
        ("history", 0, "cycle_end"),
    ],
)
def test_a_date_is_written_in_one_way(
    client: FlaskClient, path: tuple[str | int, ...], written: object, told: str
) -> None:
    asked = copy.deepcopy(request(usage=[USAGE], history=[{"meter": "data_gb", "amount": 1}]))
    _set(path, written)(asked)
    (error,) = problem(client.post(POST, json=asked), 422)["errors"]
    assert error["field"] == ".".join(map(str, path))
    assert error["message"] == f"write a date like 2026-05-31, got {told}"
    (row,) = client.post(BATCH, json={"requests": [asked]}).get_json()["results"]
    assert row["problem"]["errors"] == [error]


def test_every_wrong_row_of_many_is_named_by_its_place(client: FlaskClient) -> None:
    usage = [{**USAGE, "date": f"2024-09-{day:02}", "unit": "GB"} for day in range(1, 31)]
    usage[4] = {**usage[4], "unit": "minutes", "date": "2024-10-12"}
    usage[20] = {**usage[20], "meter": "texts"}
    named = [error["field"] for error in problem(client.post(POST, json=request(usage=usage)), 422)["errors"]]
    assert named == ["usage.4.unit", "usage.4.date", "usage.20.meter", "usage.20.unit"]


def test_a_conflict_is_named_where_something_else_is_repeated(client: FlaskClient) -> None:
    usage = [{**USAGE, "id": "a"}, {**USAGE, "id": "a", "amount": 3.0}, {**USAGE, "id": "b", "amount": 3.0}]
    body = problem(client.post(POST, json=request(usage=usage)), 409)
    assert [error["field"] for error in body["errors"]] == ["usage.2.amount"]


def test_a_total_of_more_days_is_another_one(client: FlaskClient) -> None:
    dated = [
        {"meter": "data_gb", "amount": 1.0, "cycle_start": "2024-09-01", "days": days} for days in (20, 30)
    ]
    body = problem(client.post(POST, json=request(history=dated)), 409)
    assert body["errors"][0]["message"].endswith("of more or fewer days")


def _as_the_schema(schema: type[BaseModel], sent: bytes) -> dict[str, Any]:
    with pytest.raises(ValidationError) as raised:
        schema.model_validate_json(sent)
    return invalid_body(raised.value, schema)


@pytest.mark.parametrize("field", ["customer_id", "colour", "usage"])
@pytest.mark.parametrize("depth", [100, 197, 201, 254, 255, 300, 1000, 1020, 1030, 100_000])
def test_what_is_nested_deep_is_refused_as_the_schema_does(
    client: FlaskClient, field: str, depth: int
) -> None:
    deep = "[" * depth + "]" * depth
    one = json.dumps(request(**{field: 7})).replace(f'"{field}": 7', f'"{field}": {deep}').encode()
    expected = _as_the_schema(NudgeRequest, one)
    assert problem(_sent(client, POST, one), expected["status"]) == expected

    many = b'{"requests": [' + one + b"]}"
    answer = _sent(client, BATCH, many)
    if depth < DEEPEST:
        assert answer.get_json()["results"][0]["problem"] == expected
    else:
        expected = _as_the_schema(NudgeBatch, many)
        assert problem(answer, expected["status"]) == expected


def _sent(client: FlaskClient, path: str, body: bytes) -> TestResponse:
    return client.post(path, data=body, content_type="application/json")
