"""The short way says what Flask's way says, and leaves to it what is not plainly a good request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from service.app import ShopkeeperApp, create_app
from service.short_way import PATH, ShortWay
from tests.service.conftest import settings_for

GOOD: tuple[dict[str, Any], ...] = (
    {"customer_id": "ann", "placement": "home"},
    {"customer_id": "nobody", "basket": ["nothing"], "placement": "cart"},
    {"viewing": "tea", "placement": "product", "explain": True},
    {},
)


@pytest.fixture
def longer(artifacts_dir: Path) -> FlaskClient:
    """The same application without the short way."""
    other = create_app(settings_for(artifacts_dir))
    other.short_way = None
    return other.test_client()


def _taken(app: ShopkeeperApp, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the short way answered, request by request."""
    way, taken = app.short_way, list[bool]()
    assert way is not None

    class Watched(ShortWay):
        def answer(self, *args: Any) -> list[bytes] | None:
            found = way.answer(*args)
            taken.append(found is not None)
            return found

    monkeypatch.setattr(app, "short_way", Watched.__new__(Watched))
    return taken


@pytest.mark.parametrize("asked", GOOD)
def test_both_ways_say_the_same(client: FlaskClient, longer: FlaskClient, asked: dict[str, Any]) -> None:
    ours, theirs = client.post(PATH, json=asked), longer.post(PATH, json=asked)
    assert (
        (ours.status_code, ours.content_type)
        == (theirs.status_code, theirs.content_type)
        == (200, theirs.content_type)
    )
    said, expected = ours.get_json(), theirs.get_json()
    for body in (said, expected):
        assert body.pop("recommendation_id")
    assert said == expected
    assert int(ours.headers["Content-Length"]) == len(ours.data)


def test_a_good_request_takes_the_short_way(
    app: ShopkeeperApp, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = _taken(app, monkeypatch)
    assert client.post(PATH, json=GOOD[0]).status_code == 200
    assert taken == [True]


@pytest.mark.parametrize(
    ("sent", "content_type", "status"),
    [
        (b'{"limit": 0}', "application/json", 422),
        (b"{", "application/json", 400),
        (b"{}", "text/plain", 415),
        (orjson.dumps({"customer_id": "x" * 70_000}), "application/json", 413),
        (b"{}", "application/json; charset=utf-8", 200),
    ],
)
def test_anything_else_takes_the_way_of_flask(
    app: ShopkeeperApp,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    sent: bytes,
    content_type: str,
    status: int,
) -> None:
    taken = _taken(app, monkeypatch)
    response = client.post(PATH, data=sent, content_type=content_type)
    assert (response.status_code, taken) == (status, [False])


def test_without_a_model_it_is_flask_that_says_so(tmp_path: Path) -> None:
    client = create_app(settings_for(tmp_path / "artifacts")).test_client()
    assert client.post(PATH, json={}).status_code == 503


def test_an_unforeseen_error_is_answered_and_counted_once(
    app: ShopkeeperApp, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("planted")

    assert app.short_way is not None
    monkeypatch.setattr("service.answers.Desk.recommend", broken)
    assert client.post(PATH, json={}).status_code == 500
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    counted = [line for line in lines if line.startswith(f'shopkeeper_requests_total{{route="{PATH}"')]
    assert [line.rsplit(" ", 1)[1] for line in counted] == ["1.0"]


def test_requests_that_are_logged_go_the_way_of_flask(artifacts_dir: Path) -> None:
    assert create_app(settings_for(artifacts_dir, log_requests=True)).short_way is None
