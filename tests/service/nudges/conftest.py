"""What is asked about plans over HTTP, and its answer or problem checked against the schemas."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.nudge_schemas import NudgeAnswer
from service.schemas import ProblemOut

POST, BATCH = "/v1/plan-nudges", "/v1/plan-nudges:batch"
USAGE = {"meter": "data_gb", "date": "2024-10-05", "amount": 1.0}
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
