"""What all routes about plans share: bodies, models that cannot answer, and what is counted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from flask.testing import FlaskClient

from service.app import create_app
from tests.models.tiny import publish_tiny, tiny_bundle
from tests.service.conftest import settings_for
from tests.service.nudges.conftest import BATCH, POST, problem, request


def test_a_body_may_be_larger_than_elsewhere_but_not_endless(client: FlaskClient) -> None:
    padding = b" " * (512 * 1024)
    sent = json.dumps(request()).encode()
    fits = sent + padding[len(sent) :]
    assert client.post(POST, data=fits, content_type="application/json").status_code == 200
    problem(client.post(POST, data=fits + b" ", content_type="application/json"), 413)
    assert problem(client.post(POST, data=b"{", content_type="application/json"), 400)
    assert problem(client.post(POST, data=b"a=1"), 415)


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
