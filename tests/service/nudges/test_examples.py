"""The examples of the documentation are what the service answers."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.nudge_examples import CUSTOMER_NUDGES_EXAMPLE, NUDGE_EXAMPLE, NUDGE_REQUEST_EXAMPLE


def near(example: Any) -> Any:
    """The example, with some room for its numbers: another processor's differ in their last digits."""
    if isinstance(example, dict):
        return {key: near(value) for key, value in example.items()}
    if isinstance(example, list | tuple):
        return [near(value) for value in example]
    if isinstance(example, float):
        return pytest.approx(example, rel=1e-3, abs=1e-3)
    return example


def test_the_answer_to_the_example_of_a_request(client: FlaskClient) -> None:
    answer = client.post("/v1/plan-nudges", json=NUDGE_REQUEST_EXAMPLE).get_json()
    assert answer | {"model_version": NUDGE_EXAMPLE["model_version"]} == near(NUDGE_EXAMPLE)


def test_the_answer_about_a_known_customer(client: FlaskClient) -> None:
    example = CUSTOMER_NUDGES_EXAMPLE
    answer = client.get(f"/v1/customers/{example['customer_id']}/plan-nudge").get_json()
    assert answer | {"model_version": example["model_version"]} == near(example)
