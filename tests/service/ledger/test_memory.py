"""What the ledger says of a person, kept ready for the next answer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from models.contact_rules import ContactRules
from service.contacts.book import ContactBook
from service.contacts.listener import ContactListener
from service.ledger.database import Database
from service.ledger.event import Event
from service.ledger.events import EventStore
from service.ledger.memory import DAY, JUST_DAYS, Memory, fresh_of
from service.logs import logger
from service.metrics import Metrics
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import LAST_DAY

BUNDLE = tiny_bundle()
RULES = ContactRules()
NOW = (LAST_DAY + 10) * DAY


def event(number: int, kind: str, **fields: Any) -> Event:
    """An event of ana's, `number` microseconds from NOW."""
    blank = dict.fromkeys(Event._fields) | {"customer_id": "ana"}
    times = {"occurred_at": NOW + number, "received_at": NOW + number}
    return Event(**{**blank, "event_id": f"{kind}-{number}", "type": kind, **times, **fields})


class Counting(Database):
    """Counts how often it is read."""

    reads = 0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self.reads += 1
        with super().reading() as connection:
            yield connection


@pytest.fixture
def counting(ledger_url: str, tmp_path: Path) -> Iterator[Counting]:
    database = Counting(ledger_url, tmp_path / "bell")
    yield database
    database.close()


@pytest.fixture
def store(counting: Counting) -> EventStore:
    return EventStore(counting, [ContactListener(ContactBook(counting, RULES))])


@pytest.fixture
def memory(counting: Counting) -> Memory:
    return Memory(counting, RULES, Metrics(None), logger("error"))


def test_nobody_of_whom_nothing_happened_costs_a_query(memory: Memory, counting: Counting) -> None:
    assert memory.of(BUNDLE, "ana", "a visit") is None
    assert memory.of(BUNDLE, None, None) is None
    assert counting.reads == 0


def test_an_event_counts_in_the_next_answer_and_is_read_once(
    memory: Memory, store: EventStore, counting: Counting
) -> None:
    store.append([event(0, "cart", product_id="pizza")])
    first = memory.of(BUNDLE, "ana", None)
    assert first is not None
    assert first.cart == ("pizza",)
    assert memory.of(BUNDLE, "ana", None) is first
    assert counting.reads == 1
    store.append([event(1, "cart", product_id="cola")])
    second = memory.of(BUNDLE, "ana", None)
    assert second is not None
    assert second.cart == ("cola", "pizza")


def test_what_another_worker_wrote_is_known(memory: Memory, ledger_url: str, counting: Counting) -> None:
    assert memory.of(BUNDLE, "ana", None) is None
    other = Database(ledger_url, counting.engine() and Path(str(counting._bell_path)))
    EventStore(other).append([event(0, "cart", product_id="pizza")])
    other.close()
    found = memory.of(BUNDLE, "ana", None)
    assert found is not None
    assert found.cart == ("pizza",)


def test_without_a_bell_the_database_is_asked_every_time(ledger_url: str, store: EventStore) -> None:
    store.append([event(0, "view", product_id="pizza")])
    silent = Counting(ledger_url, Path("/proc/nowhere/bell"))  # cannot be made
    memory = Memory(silent, RULES, Metrics(None), logger("error"))
    assert memory.of(BUNDLE, "ana", None) is not None
    assert memory.of(BUNDLE, "ana", None) is not None
    assert silent.reads == 2
    silent.close()


def test_events_of_a_visit_and_of_the_customer_are_one(memory: Memory, store: EventStore) -> None:
    store.append(
        [
            event(0, "cart", product_id="pizza"),
            event(1, "cart", product_id="cola", customer_id=None, session_id="visit"),
        ]
    )
    found = memory.of(BUNDLE, "ana", "visit")
    assert found is not None
    assert found.cart == ("cola", "pizza")
    alone = memory.of(BUNDLE, None, "visit")
    assert alone is not None
    assert alone.cart == ("cola",)


def test_what_is_in_the_model_is_not_fresh(memory: Memory, store: EventStore) -> None:
    store.append([event(0, "cart", product_id="pizza", occurred_at=LAST_DAY * DAY - 1)])
    assert memory.of(BUNDLE, "ana", None) is None


def test_a_new_model_is_asked_anew(memory: Memory, store: EventStore, counting: Counting) -> None:
    store.append([event(0, "cart", product_id="pizza")])
    memory.of(BUNDLE, "ana", None)
    memory.of(tiny_bundle("tiny-2"), "ana", None)
    assert counting.reads == 2


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("dismiss", {"product_id": "pizza"}),
        ("conversation", {"details": '{"not_interested": ["pizza"]}', "channel": "phone"}),
    ],
)
def test_what_was_declined_rests(memory: Memory, store: EventStore, kind: str, said: dict[str, Any]) -> None:
    now = time.time_ns() // 1000  # a rest counts from now, not from the time of this world
    store.append([event(0, kind, occurred_at=now, **said)])
    found = memory.of(BUNDLE, "ana", None)
    assert found is not None
    pizza = BUNDLE.products.index("pizza")
    assert found.resting == {int(BUNDLE.catalogue.family[pizza])}


def test_a_conversation_tells_interests(memory: Memory, store: EventStore) -> None:
    store.append([event(0, "conversation", details='{"interested": ["pizza", 3]}', channel="phone")])
    found = memory.of(BUNDLE, "ana", None)
    assert found is not None
    assert found.context.shown.tolist() == [BUNDLE.products.index("pizza")]


def test_recommending_goes_on_when_the_ledger_is_gone(capsys: pytest.CaptureFixture[str]) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:1/gone")
    metrics = Metrics(None)
    memory = Memory(gone, RULES, metrics, logger("error"))
    assert memory.of(BUNDLE, "ana", None) is None
    assert "ledger not read" in capsys.readouterr().err
    assert memory.of(BUNDLE, "ana", None) is None
    assert "ledger not read" not in capsys.readouterr().err  # it was not asked again
    assert b"shopkeeper_ledger_unread_total 2.0" in metrics.exposition()


def _rows(*events: Event) -> Sequence[Event]:
    return sorted(events, key=lambda each: -each.occurred_at)


def test_the_cart_is_what_was_put_in_and_neither_taken_out_nor_bought() -> None:
    rows = _rows(
        event(0, "cart", product_id="pizza"),
        event(1, "cart", product_id="cola"),
        event(2, "cart", product_id="wine"),
        event(3, "cart", product_id="cola", quantity=0),
        event(4, "purchase", product_id="wine"),
        event(5, "cart", product_id="bread"),
    )
    fresh = fresh_of(rows, (), NOW)
    assert fresh.cart == ("bread", "pizza")
    assert fresh.bought == fresh.just_bought == ("wine",)
    again = fresh_of(_rows(*rows, event(6, "cart", product_id="cola")), (), NOW)
    assert again.cart == ("cola", "bread", "pizza")


def test_just_bought_is_bought_in_the_last_days() -> None:
    rows = _rows(
        event(0, "purchase", product_id="wine", quantity=2),
        event(1, "purchase", product_id="cola", quantity=-1),
        event(-JUST_DAYS * DAY - 1, "purchase", product_id="pizza"),
    )
    fresh = fresh_of(rows, (), NOW)
    assert fresh.bought == ("wine", "pizza")
    assert fresh.just_bought == ("wine",)
