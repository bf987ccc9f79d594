"""Events are written down once each, whoever sends them how often, and forgotten when they are old."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.ledger.database import Database
from service.ledger.event import Event
from service.ledger.events import EventStore


def event(event_id: str, occurred_at: int = 1_000, **fields: object) -> Event:
    """A view of cola by ana, but for the fields given."""
    values = dict.fromkeys(Event._fields) | {
        "event_id": event_id,
        "type": "view",
        "customer_id": "ana",
        "product_id": "cola",
        "occurred_at": occurred_at,
        "received_at": 2_000,
    }
    return Event(**{**values, **fields})  # type: ignore[arg-type]  # a test's fields


def test_an_event_comes_back_as_it_was_written(database: Database) -> None:
    store = EventStore(database)
    whole = event("1", quantity=2.5, unit_price=2**40, currency="USD", details='{"a":"ü"}', plan_id="p")
    assert store.append([whole]) == [True]
    (row,) = store.of(["ana"], 10)
    assert tuple(row)[1:] == tuple(whole)


def test_a_repeat_is_harmless_within_a_call_and_between_calls(database: Database) -> None:
    store = EventStore(database)
    assert store.append([event("1"), event("2"), event("1", product_id="other")]) == [True, True, False]
    assert store.append([event("2"), event("3")]) == [False, True]
    assert store.append([]) == []
    assert store.count() == 3
    assert {row.product_id for row in store.of(["ana"], 10)} == {"cola"}


def test_the_newest_first_of_all_ids_of_a_person(database: Database) -> None:
    store = EventStore(database)
    store.append(
        [
            event("1", 10),
            event("2", 30, customer_id=None, session_id="visit"),
            event("3", 20),
            event("4", 40, customer_id="ben"),
        ]
    )
    assert [row.event_id for row in store.of(["ana", "visit"], 10)] == ["2", "3", "1"]
    assert [row.event_id for row in store.of(["ana", "visit"], 1)] == ["2"]
    assert store.of(["nobody"], 10) == []
    assert store.of([], 10) == []


def test_pruning_deletes_what_is_older_and_nothing_else(database: Database) -> None:
    store = EventStore(database)
    store.append([event(str(at), at) for at in range(20)])
    assert store.prune(before=7) == 7
    assert store.prune(before=7) == 0
    assert {row.occurred_at for row in store.of(["ana"], 100)} == set(range(7, 20))


def test_writers_at_once_lose_and_double_nothing(database: Database) -> None:
    """Eight writers with ids that overlap: each id is new to exactly one of them."""
    store = EventStore(database)

    def write(first: int) -> int:
        return sum(store.append([event(str(first + at)) for at in range(50)]))

    with ThreadPoolExecutor(8) as pool:
        written = sum(pool.map(write, range(0, 200, 25)))
    assert written == store.count() == 225


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(calls=st.lists(st.lists(st.text("abc", min_size=1, max_size=2), max_size=8), max_size=5))
def test_each_id_is_new_exactly_once(database: Database, calls: list[list[str]]) -> None:
    store = EventStore(database)
    store.prune(before=10**18)
    seen: set[str] = set()
    for call in calls:
        for name, new in zip(call, store.append([event(name) for name in call]), strict=True):
            assert new == (name not in seen)
            seen.add(name)
    assert store.count() == len(seen)
