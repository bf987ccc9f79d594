"""Several requests in one body."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.nudge_schemas import NudgeBatchOut
from tests.service.nudges.conftest import BATCH, OWN_PLANS, USAGE, answer, problem, request


def test_a_batch_answers_row_by_row(client: FlaskClient) -> None:
    wrong = request(plan_id="gone")
    two = request(usage=[USAGE, {**USAGE, "amount": 2.0}])
    rows = [request(), wrong, {"as_of": 7}, request(**OWN_PLANS), two, request(customer_id="amy")]
    rows.append(request(ends_on="2024-10-11"))
    body = client.post(BATCH, json={"requests": rows}).get_json()
    NudgeBatchOut.model_validate(body)
    assert [result["status"] for result in body["results"]] == [200, 422, 422, 200, 409, 200, 200]
    assert body["results"][0]["answer"] == answer(client, request())
    assert body["results"][3]["answer"] == answer(client, request(**OWN_PLANS))
    assert body["results"][5]["answer"]["nudge"]["customer_id"] == "amy"
    leaves = body["results"][6]["answer"]["nudge"]
    assert (leaves["ends_on"], "ENDING" in leaves["reason_codes"]) == ("2024-10-11", True)
    assert body["results"][1]["problem"]["errors"][0]["field"] == "plan_id"
    assert {error["field"] for error in body["results"][2]["problem"]["errors"]} >= {"as_of", "plan_id"}


@pytest.mark.parametrize("rows", [[], [{}] * 501, "x", [7]])
def test_a_batch_of_the_wrong_shape_is_refused(client: FlaskClient, rows: Any) -> None:
    body = problem(client.post(BATCH, json={"requests": rows}), 422)
    assert body["errors"][0]["field"].startswith("requests")


def test_a_row_that_is_no_object_is_all_that_is_said(client: FlaskClient) -> None:
    body = problem(client.post(BATCH, json={"requests": [7]}), 422)
    assert [(error["field"], error["message"]) for error in body["errors"]] == [
        ("requests.0", "Input should be an object, got 7")
    ]
