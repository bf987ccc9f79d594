"""The table of routes, the URL map, the OpenAPI document and /docs say the same."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from service.app import ShopkeeperApp
from service.openapi import openapi_document
from service.problems import CONTENT_TYPE
from service.route import Route
from service.routes import ROUTES

WITH_ANSWER = [route for route in ROUTES if route.answer]


def test_the_table_and_the_url_map_agree(app: ShopkeeperApp) -> None:
    mapped = {
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert mapped == {(route.rule, route.method) for route in ROUTES} | {("/", "GET")}


def test_every_route_is_in_the_document(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    listed = {(path, method.upper()) for path, item in document["paths"].items() for method in item}
    assert listed == {(route.path, route.method) for route in ROUTES}
    assert document == openapi_document(ROUTES)


def test_every_reference_in_the_document_leads_somewhere(client: FlaskClient) -> None:
    text = client.get("/openapi.json").get_data(as_text=True)
    schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named <= set(schemas)
    assert {"RecommendationRequest", "ExplainedOut", "RecommendationsOut", "ModelOut", "ProblemOut"} <= named


def test_requests_are_described_with_their_bounds(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    request = document["components"]["schemas"]["RecommendationRequest"]
    assert request["additionalProperties"] is False
    assert request["properties"]["basket"]["maxItems"] == 200
    parameters = document["paths"]["/v1/products/{product_id}/similar"]["get"]["parameters"]
    assert {item["name"]: (item["in"], item["required"]) for item in parameters} == {
        "product_id": ("path", True),
        "limit": ("query", False),
    }
    assert parameters[1]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100}


@pytest.mark.parametrize("route", WITH_ANSWER, ids=lambda route: route.name)
def test_examples_fit_their_schemas(route: Route) -> None:
    assert route.answer is not None
    assert route.example is not None
    route.answer.model_validate(route.example)
    if route.body:
        route.body.model_validate_json(json.dumps(route.sends))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_example_calls_answer(client: FlaskClient, route: Route) -> None:
    response = client.open(route.call, method=route.method, json=route.sends)
    assert response.status_code == 200
    assert response.mimetype == route.media
    if route.answer:
        route.answer.model_validate(response.get_json())


def test_problems_are_documented(client: FlaskClient) -> None:
    for path in client.get("/openapi.json").get_json()["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                assert status == "200" or list(response["content"]) == [CONTENT_TYPE]


def test_docs_show_every_route_with_its_example_and_need_nothing_else(client: FlaskClient) -> None:
    page = client.get("/docs").get_data(as_text=True)
    for route in ROUTES:
        assert f'id="{route.name}"' in page
        assert route.path in page
    assert "curl" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="https?:', page), "no assets from elsewhere"


def test_the_bare_address_leads_to_the_docs(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.location) == (302, "/docs")
    assert client.get("/", follow_redirects=True).mimetype == "text/html"
    assert client.get("/", base_url="http://shop.example/advice").location == "/advice/docs"
    assert client.post("/").status_code == 405
    assert "/" not in client.get("/openapi.json").get_json()["paths"]


def test_the_model_page_tells_the_facts_of_the_manifest(client: FlaskClient) -> None:
    assert client.get("/v1/model").get_json() == {
        "model_version": "tiny-1",
        "created": "2024-10-15T00:00:00+00:00",
        "currency": "EUR",
        "last_day": "2024-10-14",
        "counts": {"products": 6, "customers": 4, "pair_rules": 14, "basket_rules": 3},
        "weights": {
            "bought_together": 1.0,
            "basket_rules": 0.5,
            "taste": 0.5,
            "trending": 0.1,
            "popularity": 0.1,
        },
        "more": {"counts": {"orders": 10, "customers": 4, "products": 6}, "metrics": {"recall@10": 0.5}},
    }


def test_health(client: FlaskClient) -> None:
    assert client.get("/health/live").get_json() == {"status": "live", "model_version": None}
    assert client.get("/health/ready").get_json() == {"status": "ready", "model_version": "tiny-1"}
