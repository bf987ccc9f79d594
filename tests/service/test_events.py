"""POST /v1/events: each event is answered by itself, and what is acknowledged is on the disk."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from flask.testing import FlaskClient

from service.app import create_app
from service.event_routes import ANSWERED, SENT
from service.event_schemas import MAX_EVENTS, TEXTS
from service.ledger.database import Database
from service.ledger.events import EventStore
from shopkeeper import main
from tests.models.tiny import publish_tiny
from tests.service.conftest import settings_for
from tests.service.servers import Server, serving

VIEW = {"id": "1", "type": "view", "customer_id": "ana", "product_id": "cola"}
KILLS = 20


@pytest.fixture
def store(artifacts_dir: Path) -> EventStore:
    """The ledger that the service of these artifacts writes to."""
    return EventStore(Database(settings_for(artifacts_dir).ledger.url))


def sent(client: FlaskClient, *events: dict[str, Any]) -> dict[str, Any]:
    response = client.post("/v1/events", json={"events": list(events)})
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def test_the_example_is_what_is_answered(client: FlaskClient) -> None:
    assert client.post("/v1/events", json=SENT).get_json() == ANSWERED


def test_what_is_accepted_is_in_the_ledger(client: FlaskClient, store: EventStore) -> None:
    at = "2026-01-02T03:04:05.000006+01:00"
    whole = VIEW | {"type": "purchase", "unit_price": "1.25", "currency": "USD", "occurred_at": at}
    sent(client, whole | {"quantity": 3, "details": {"till": 4}})
    (row,) = store.of(["ana"], 10)
    assert (row.type, row.product_id, row.quantity, row.unit_price) == ("purchase", "cola", 3.0, 125)
    assert (
        datetime.fromtimestamp(row.occurred_at / 1e6, UTC).isoformat() == "2026-01-02T02:04:05.000006+00:00"
    )
    assert row.details == '{"till":4}'


def test_names_of_google_analytics_are_understood(client: FlaskClient, store: EventStore) -> None:
    names = ("view_item", "add_to_cart", "add_to_wishlist", "purchase")
    sent(client, *(VIEW | {"id": name, "type": name} for name in names))
    assert {row.type for row in store.of(["ana"], 10)} == {"view", "cart", "wishlist", "purchase"}


def test_a_repeat_is_a_duplicate(client: FlaskClient, store: EventStore) -> None:
    assert [each["status"] for each in sent(client, VIEW, VIEW)["results"]] == ["accepted", "duplicate"]
    assert sent(client, VIEW)["duplicate"] == 1
    assert store.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": "stare"}, "type"),
        ({"id": ""}, "id"),
        ({"id": 7}, "id"),
        ({"customer_id": None}, "customer_id"),
        ({"customer_id": "x" * 129}, "customer_id"),
        ({"product_id": None}, "product_id"),
        ({"type": "dismiss", "product_id": None}, "product_id"),
        ({"type": "usage", "quantity": 2}, "meter"),
        ({"type": "usage", "meter": "data_gb"}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": float("nan")}, "quantity"),
        ({"quantity": float("inf")}, "quantity"),
        ({"unit_price": "-1.00", "currency": "USD"}, "unit_price"),
        ({"unit_price": 1.5, "currency": "USD"}, "unit_price"),
        ({"unit_price": "1.50"}, "currency"),
        ({"unit_price": "1.505", "currency": "USD"}, "unit_price"),
        ({"currency": "dollars"}, "currency"),
        ({"channel": "pigeon"}, "channel"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "1767323045"}, "occurred_at"),
        ({"occurred_at": 1767323045}, "occurred_at"),
        ({"occurred_at": "2026-01-02"}, "occurred_at"),
        ({"occurred_at": "2026-01-02T03:04:05"}, "occurred_at"),
        ({"occurred_at": (datetime.now(UTC) + timedelta(days=2)).isoformat()}, "occurred_at"),
        ({"occurred_at": "1999-12-31T00:00:00Z"}, "occurred_at"),
        ({"details": {"long": "x" * 5000}}, "details"),
        ({"details": {"number": 10**30}}, "details"),
        *(({name: "a\0b"}, name) for name in TEXTS),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_rejected_by_field_and_the_rest_is_kept(
    client: FlaskClient, store: EventStore, wrong: dict[str, Any], field: str
) -> None:
    body = sent(client, VIEW | wrong, VIEW | {"id": "right"})
    bad, good = body["results"]
    assert bad["status"] == "rejected"
    assert [error["field"] for error in bad["errors"]] == [field]
    assert good == {"id": "right", "status": "accepted", "errors": []}
    assert (body["accepted"], body["rejected"], store.count()) == (1, 1, 1)


@pytest.mark.parametrize("events", [[], [VIEW] * (MAX_EVENTS + 1), "all", [1], None])
def test_the_envelope_is_refused_as_a_whole(client: FlaskClient, store: EventStore, events: Any) -> None:
    response = client.post("/v1/events", json={"events": events})
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["field"].startswith("events")
    assert store.count() == 0


def test_without_a_ledger_or_a_model_it_says_what_to_do(artifacts_dir: Path, tmp_path: Path) -> None:
    settings = settings_for(artifacts_dir)
    none = create_app(settings.model_copy(update={"ledger": settings.ledger.model_copy(update={"url": ""})}))
    answer = none.test_client().post("/v1/events", json={"events": [VIEW]})
    assert (answer.status_code, answer.get_json()["detail"]) == (503, "there is no ledger: set [ledger] url")
    without_model = create_app(settings_for(tmp_path / "empty" / "artifacts")).test_client()
    assert sent(without_model, VIEW)["accepted"] == 1  # what customers do is kept all the same


def test_a_ledger_that_is_down_is_said_and_recommendations_go_on(artifacts_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = settings_for(artifacts_dir)
    down = settings.ledger.model_copy(update={"url": f"sqlite:///{artifacts_dir}/current"})
    client = create_app(settings.model_copy(update={"ledger": down})).test_client()
    answer = client.post("/v1/events", json={"events": [VIEW]})
    assert answer.status_code == 503
    assert "send it again" in answer.get_json()["detail"]
    assert client.post("/v1/recommendations", json={"customer_id": "ana"}).status_code == 200


def test_pruning_from_the_command_line(artifacts_dir: Path, client: FlaskClient, tmp_path: Path) -> None:
    old = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    sent(client, VIEW, VIEW | {"id": "old", "occurred_at": old})
    config = tmp_path / "shop.toml"
    url = settings_for(artifacts_dir).ledger.url
    config.write_text(f'[ledger]\nurl = "{url}"\nretention_days = 30\n')
    told = CliRunner().invoke(main, ["ledger", "prune", "--config", str(config)])
    assert (told.exit_code, told.output) == (0, "1 events older than 30 days deleted; 1 kept\n")
    told = CliRunner().invoke(main, ["ledger", "info", "--config", str(config)])
    assert (told.exit_code, told.output) == (0, "1 events\n")


class Senders:
    """Batches of events from several threads until the server is gone; the ids it acknowledged."""

    def __init__(self, server: Server, name: str, threads: int = 4) -> None:
        self.acknowledged: list[str] = []
        self._server, self._name = server, name
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        session, count = requests.Session(), 0
        while True:
            ids = [f"{self._name}-{number}-{count + at}" for at in range(20)]
            count += 20
            events = [VIEW | {"id": each, "customer_id": self._name} for each in ids]
            try:
                answer = session.post(f"{self._server.url}/v1/events", json={"events": events}, timeout=30)
                results = answer.json()["results"]
            except (requests.RequestException, ValueError):
                return
            self.acknowledged += [each["id"] for each in results if each["status"] == "accepted"]


def test_a_killed_server_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Twenty times the server and its workers are killed while they write."""
    publish_tiny(tmp_path / "artifacts")
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    acknowledged: list[str] = []
    for kill in range(KILLS):
        with serving(tmp_path, SHOPKEEPER_LEDGER__URL=url) as server:
            senders = Senders(server, f"kill{kill}")
            threading.Event().wait(0.3 + kill / 50)
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()
            senders.join()
            acknowledged += senders.acknowledged
    store = EventStore(Database(url))
    kept = [row.event_id for kill in range(KILLS) for row in store.of([f"kill{kill}"], 10**6)]
    assert len(acknowledged) > 1000
    assert len(kept) == len(set(kept))
    assert set(acknowledged) <= set(kept)
