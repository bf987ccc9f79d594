"""What is counted, in one process; several workers are in test_server.py."""

from __future__ import annotations

from collections.abc import Mapping

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]


def _samples(client: FlaskClient) -> Mapping[tuple[str, Labels], float]:
    response = client.get("/metrics")
    assert response.mimetype == "text/plain"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.get_data(as_text=True))
        for sample in family.samples
    }


def _count(samples: Mapping[tuple[str, Labels], float], name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0.0)


def test_answers_are_counted_by_route_and_status_and_timed(client: FlaskClient) -> None:
    path = "/v1/recommendations"
    for _ in range(3):
        client.post(path, json={"customer_id": "ana"})
    client.post(path, json={"limit": 0})
    client.get("/nix")
    samples = _samples(client)
    assert _count(samples, "shopkeeper_requests_total", route=path, status="200") == 3
    assert _count(samples, "shopkeeper_requests_total", route=path, status="422") == 1
    assert _count(samples, "shopkeeper_requests_total", route="none", status="404") == 1
    assert _count(samples, "shopkeeper_request_seconds_count", route=path) == 4
    assert _count(samples, "shopkeeper_request_seconds_sum", route=path) > 0


def test_recommendations_fallbacks_and_unknown_ids_are_counted(client: FlaskClient) -> None:
    client.post("/v1/recommendations", json={"customer_id": "ana", "kinds": ["buy_again"]})
    client.post("/v1/recommendations", json={"customer_id": "zoe", "basket": ["nix", "nada"]})
    client.get("/v1/products/nix/similar")
    samples = _samples(client)
    assert _count(samples, "shopkeeper_recommendations_total", kind="buy_again", source="buy_again") == 3
    assert _count(samples, "shopkeeper_fallbacks_total", fallback="unknown_customer") == 1
    assert _count(samples, "shopkeeper_fallbacks_total", fallback="unknown_products") == 1
    assert _count(samples, "shopkeeper_unknown_ids_total") == 3


def test_no_label_is_made_of_what_a_caller_sends(client: FlaskClient) -> None:
    for url in ("/v1/products/secret/similar", "/v1/customers/secret/recommendations", "/secret"):
        client.get(url)
    assert not any("secret" in str(labels) for _, labels in _samples(client))
