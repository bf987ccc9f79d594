"""Routes ask for a key of their scope, and let it call so often and no oftener."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from config.keys import Keys
from service.app import create_app
from service.keys import guard as guards
from service.keys.guard import Bucket, Guard
from service.keys.store import SCOPES, KeyStore
from service.ledger.database import Database
from service.routes import ROUTES
from tests.service.conftest import settings_for

OPEN = {"home", "live", "ready", "metrics", "openapi", "docs"}


@pytest.fixture
def store(artifacts_dir: Path) -> Iterator[KeyStore]:
    database = Database(settings_for(artifacts_dir).ledger.url)
    yield KeyStore(database)
    database.close()


@pytest.fixture
def guarded(artifacts_dir: Path, store: KeyStore) -> FlaskClient:
    """A service whose ledger has a key; made before the service looks for one."""
    store.create("first", ["web"])
    return create_app(settings_for(artifacts_dir)).test_client()


def _with(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_every_route_is_open_on_purpose_or_asks_for_known_scopes(client: FlaskClient) -> None:
    endpoints = {rule.endpoint for rule in client.application.url_map.iter_rules()}
    assert endpoints == {route.name for route in ROUTES} | {"home"}, "home leads to docs, which is open"
    for route in ROUTES:
        assert bool(route.scopes) == (route.name not in OPEN), route.name
        assert route.scopes <= set(SCOPES)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.scopes], ids=lambda route: route.name)
def test_a_route_asks_for_a_key_once_there_is_one(guarded: FlaskClient, route: object) -> None:
    method, call = route.method, route.call  # type: ignore[attr-defined]  # a Route
    answer = guarded.open(call, method=method)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"
    assert guarded.open(call, method=method, headers=_with("sk_no_key")).status_code == 401


def test_without_a_key_nobody_is_asked(client: FlaskClient) -> None:
    assert client.post("/v1/recommendations", json={}).status_code == 200


def test_open_routes_stay_open(guarded: FlaskClient) -> None:
    for route in ROUTES:
        if route.name in OPEN:
            assert guarded.get(route.call).status_code == 200


def test_a_key_may_what_its_scopes_may(guarded: FlaskClient, store: KeyStore) -> None:
    web, email, admin = (store.create(name, [name]) for name in ("web", "email", "admin"))  # type: ignore[list-item]
    for token in (web, email, admin):
        assert guarded.post("/v1/recommendations", json={}, headers=_with(token)).status_code == 200
    refused = guarded.post("/v1/offers", json={}, headers=_with(web))
    assert refused.status_code == 403
    assert "admin or email" in refused.get_json()["detail"]
    for token in (email, admin):
        assert guarded.post("/v1/offers", json={}, headers=_with(token)).status_code == 422


def test_refusals_are_counted_by_reason_and_name_no_secret(guarded: FlaskClient) -> None:
    guarded.post("/v1/recommendations", json={}, headers=_with("sk_abc_secret"))
    metrics = guarded.get("/metrics").get_data(as_text=True)
    assert 'shopkeeper_turned_away_total{reason="wrong_key"}' in metrics
    assert "secret" not in metrics


def _guard(store: KeyStore | None, **settings: object) -> Guard:
    keys = Keys(**settings)  # type: ignore[arg-type]  # fields of Keys
    return Guard(store, keys, {"page": frozenset({"web"})}, 1, lambda reason: None)


def test_a_revoked_key_is_refused_when_it_is_looked_up_again(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = store.create("shop", ["web"])
    guard = _guard(store)
    assert guard.refusal("page", f"Bearer {token}") is None
    store.revoke("shop")
    store.create("other", ["web"])
    assert guard.refusal("page", f"Bearer {token}") is None  # kept
    now = guards.time.monotonic()
    monkeypatch.setattr(guards.time, "monotonic", lambda: now + guards.KEPT_SECONDS + 1)
    refused = guard.refusal("page", f"Bearer {token}")
    assert refused is not None
    assert refused.status == 401


def test_who_calls_too_often_is_told_when_to_come_again(store: KeyStore) -> None:
    token = store.create("shop", ["web"])
    guard = _guard(store, rate_per_minute=1)
    assert guard.refusal("page", f"Bearer {token}") is None
    refused = guard.refusal("page", f"Bearer {token}")
    assert refused is not None
    assert refused.status == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_guessing_is_slowed_down(store: KeyStore) -> None:
    store.create("shop", ["web"])
    guard = _guard(store)
    found = [guard.refusal("page", f"Bearer sk_guess_{number}") for number in range(10)]
    assert {each.status for each in found if each} == {401, 429}


def test_required_without_a_ledger_refuses_everybody() -> None:
    refused = _guard(None, required="yes").refusal("page", "Bearer sk_a_b")
    assert refused is not None
    assert refused.status == 401


def test_not_required_asks_nobody(store: KeyStore) -> None:
    store.create("shop", ["web"])
    assert _guard(store, required="no").refusal("page", None) is None


def test_a_bucket_refills_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(guards.time, "monotonic", lambda: now)
    bucket = Bucket(2.0, 2.0)
    assert [bucket.wait() for _ in range(3)] == [0.0, 0.0, 0.5]
    now += 0.5
    assert [bucket.wait() for _ in range(2)] == [0.0, 0.5]
