"""Errors: application/problem+json that names the field, and nothing of the inside or of a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models import recommender
from service.app import ShopkeeperApp, create_app
from service.schemas import ProblemOut
from tests.service.conftest import settings_for

POST = "/v1/recommendations"


def _problem(response: TestResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert list(body) == ["type", "title", "status", "detail", "errors"]
    assert body["status"] == status
    ProblemOut.model_validate(body)
    return body


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"limit": 0}, "limit", "greater than or equal to 1"),
        ({"limit": 101}, "limit", "less than or equal to 100"),
        ({"limit": "5"}, "limit", "integer"),
        ({"basket": ["x"] * 201}, "basket", "200"),
        ({"basket": ["x", ""]}, "basket.1", "at least 1 character"),
        ({"basket": [7]}, "basket.0", "string"),
        ({"exclude": ["x"] * 1001}, "exclude", "1000"),
        ({"customer_id": ""}, "customer_id", "at least 1 character"),
        ({"customer_id": "x" * 129}, "customer_id", "at most 128"),
        ({"placement": "basement"}, "placement", "'home'"),
        ({"kinds": ["up"]}, "kinds.0", "'cross_sell'"),
        ({"kinds": []}, "kinds", "at least 1"),
        ({"explain": "yes"}, "explain", "boolean"),
        ({"custmer_id": "ana"}, "custmer_id", "did you mean 'customer_id'?"),
    ],
)
def test_a_wrong_field_is_named(client: FlaskClient, asked: dict[str, Any], field: str, words: str) -> None:
    body = _problem(client.post(POST, json=asked), 422)
    assert body["errors"][0]["field"] == field
    assert words in body["errors"][0]["message"]
    assert field in body["detail"]


@pytest.mark.parametrize(
    ("asked", "end"),
    [
        ({"limit": 0}, "1, got 0"),
        ({"limit": "5"}, "got '5'"),
        ({"limit": 1.5}, "got 1.5"),
        ({"limit": 10**40}, "got a larger number"),
        ({"limit": True}, "got true"),
        ({"limit": {}}, "got an object"),
        ({"limit": [1]}, "got an array"),
        ({"explain": None}, "got null"),
        ({"limit": "Miller"}, "got 6 characters"),
        ({"explain": "Ana"}, "got 3 characters"),
        ({"placement": "basement"}, "or 'sales', got 'basement'"),
        ({"placement": "b" * 41}, "got 41 characters"),
        ({"placement": "ana@example.com"}, "got 15 characters"),
        ({"placement": "+49 170 1234567"}, "got 15 characters"),
        ({"limit": "01701234567"}, "got 11 characters"),
        ({"limit": "017612345"}, "got 9 characters"),
        ({"limit": "+49176123"}, "got 9 characters"),
        ({"limit": "1234567"}, "got 7 characters"),
        ({"limit": "-123456.5"}, "got '-123456.5'"),
        ({"limit": "2026-05-31T10:00:00.000001+02:00"}, "got '2026-05-31T10:00:00.000001+02:00'"),
        ({"limit": "2026-05-31 017612345678"}, "got 23 characters"),
        ({"limit": 17612345678}, "got 17612345678"),
        ({"placement": "+49176123"}, "got 9 characters"),
        ({"placement": "Ana Miller"}, "got 10 characters"),
        ({"customer_id": 491701234567}, "got a number"),
        ({"customer_id": ["ana@example.com"]}, "got an array"),
        ({"customer_id": ""}, "got 0 characters"),
        ({"session_id": "x" * 129}, "got 129 characters"),
        ({"kinds": []}, "List should have at least 1 item, not 0"),
        ({"basket": ["x"] * 201}, "List should have at most 200 items, not 201"),
        ({"nix": "ana@example.com"}, "explain, kinds, limit, placement, session_id, viewing"),
    ],
)
def test_what_was_sent_is_said_unless_it_may_be_about_a_person(
    client: FlaskClient, asked: dict[str, Any], end: str
) -> None:
    (error,) = _problem(client.post(POST, json=asked), 422)["errors"]
    assert error["message"].endswith(end), error["message"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("custmer-id.2_b", "custmer-id.2_b"),
        ("n" * 40, "n" * 40),
        ("n" * 41, "(41 characters)"),
        ("n123456", "n123456"),
        ("n1234567", "(8 characters)"),
        ("Max Mustermann 017612345678", "(27 characters)"),
        ("ana@example.com", "(15 characters)"),
        ("+49176123", "(9 characters)"),
        ("größe", "(5 characters)"),
        ("colour\n", "(7 characters)"),
        ("", "(0 characters)"),
    ],
)
def test_the_name_of_a_field_is_repeated_where_it_looks_like_one(
    client: FlaskClient, name: str, told: str
) -> None:
    body = _problem(client.post(POST, json={name: 1}), 422)
    (error,) = body["errors"]
    assert error["field"] == told
    assert error["message"].startswith("unknown field; ")
    assert body["detail"] == f"not valid: {told}"


def test_a_list_is_not_called_empty_where_its_items_are_wrong(client: FlaskClient) -> None:
    (error,) = _problem(client.post(POST, json={"kinds": ["up"]}), 422)["errors"]
    assert error["field"] == "kinds.0"


def test_sizes_up_to_the_bounds_are_taken(client: FlaskClient) -> None:
    asked = {"basket": ["x"] * 200, "exclude": ["y"] * 1000, "limit": 100, "customer_id": "z" * 128}
    assert client.post(POST, json=asked).status_code == 200


def test_all_wrong_fields_are_named_at_once(client: FlaskClient) -> None:
    body = _problem(client.post(POST, json={"limit": 0, "basket": [""], "nix": 1}), 422)
    assert {error["field"] for error in body["errors"]} == {"limit", "basket.0", "nix"}


def test_a_flood_of_errors_is_cut(client: FlaskClient) -> None:
    assert len(_problem(client.post(POST, json={"basket": [""] * 200}), 422)["errors"]) == 20


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{'a': 1}", b'{"limit": 1', b"\xff\xfe", b'{"customer_id": "\\ud800"}']
)
def test_what_is_no_json_is_a_bad_request(client: FlaskClient, content: bytes) -> None:
    _problem(client.post(POST, data=content, content_type="application/json"), 400)


@pytest.mark.parametrize("content", [b"null", b"[]", b"7", b'"x"'])
def test_json_that_is_no_object_is_refused(client: FlaskClient, content: bytes) -> None:
    _problem(client.post(POST, data=content, content_type="application/json"), 422)


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_another_content_type_is_refused(client: FlaskClient, kind: str | None) -> None:
    _problem(client.post(POST, data=b"{}", content_type=kind), 415)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_a_content_type_may_say_more(client: FlaskClient, kind: str) -> None:
    assert client.post(POST, data=b"{}", content_type=kind).status_code == 200


def test_a_body_over_64_kilobytes_is_too_large(client: FlaskClient) -> None:
    fits = json.dumps({"basket": []}).encode().ljust(64 * 1024)
    assert client.post(POST, data=fits, content_type="application/json").status_code == 200
    _problem(client.post(POST, data=fits + b" ", content_type="application/json"), 413)


def test_an_unknown_page_and_method(client: FlaskClient) -> None:
    _problem(client.get("/nix"), 404)
    _problem(client.get("/v1/products//similar"), 404)
    response = client.get(POST)
    _problem(response, 405)
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("/v1/products/bread/similar?limit=0", "limit"),
        ("/v1/products/bread/similar?limit=", "limit"),
        ("/v1/products/bread/similar?limit=1&limit=2", "limit"),
        ("/v1/products/bread/similar?nix=1", "nix"),
        ("/v1/products/bread/similar?product_id=cola", "?product_id"),
        (f"/v1/products/{'x' * 129}/similar", "product_id"),
        ("/v1/customers/ana/recommendations?kinds=cross_sell,nix", "kinds.1"),
        ("/v1/customers/ana/recommendations?placement=nix", "placement"),
        ("/v1/customers/ana/recommendations?explain=perhaps", "explain"),
        ("/v1/customers/ana/recommendations?basket=", "basket.0"),
        (f"/v1/customers/{'x' * 129}/recommendations", "customer_id"),
    ],
)
def test_a_wrong_parameter_is_named(client: FlaskClient, url: str, field: str) -> None:
    body = _problem(client.get(url), 422)
    assert body["errors"][0]["field"] == field


def test_an_error_inside_tells_nothing_of_the_inside_or_of_the_request(
    artifacts_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = create_app(settings_for(artifacts_dir)).test_client()

    def fail(*_: object) -> None:
        raise RuntimeError("no luck with customer ana@example.com")

    monkeypatch.setattr(recommender, "resolve", fail)
    response = client.post(POST, json={"customer_id": "ana@example.com"})
    assert _problem(response, 500)["errors"] == []
    logged = capsys.readouterr().err
    for text in (response.get_data(as_text=True), logged):
        assert "ana@example.com" not in text
        assert "no luck" not in text
    line = json.loads(logged.splitlines()[-1])
    assert (line["error"], line["route"]) == ("RuntimeError", POST)
    assert line["where"][-1].startswith("tests.service.test_problems:")


def test_without_a_model_everything_but_the_model_works(tmp_path: Path) -> None:
    app: ShopkeeperApp = create_app(settings_for(tmp_path / "nothing"))
    client = app.test_client()
    _problem(client.post(POST, json={}), 503)
    for url in (
        "/v1/model",
        "/v1/products/bread/similar",
        "/v1/customers/ana/recommendations",
        "/health/ready",
    ):
        _problem(client.get(url), 503)
    for url in ("/health/live", "/metrics", "/openapi.json", "/docs"):
        assert client.get(url).status_code == 200


def test_request_lines_name_the_route_and_nobody(
    artifacts_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(artifacts_dir, log_level="info", log_requests=True)
    create_app(settings).test_client().get("/v1/customers/ana-secret/recommendations?basket=cola-secret")
    logged = capsys.readouterr().err
    line = json.loads(logged.splitlines()[-1])
    assert (line["event"], line["route"], line["status"]) == (
        "request",
        "/v1/customers/{customer_id}/recommendations",
        200,
    )
    assert "secret" not in logged
