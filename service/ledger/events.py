"""Writing events down, once each, and forgetting the old ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, Insert, Row, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from service.ledger.database import Database
from service.ledger.event import Event, people_of
from service.ledger.people import Resolver, alone, of_people
from service.ledger.schema import events as table

# Told, within the transaction, of the events that it writes down.
Listener = Callable[[Connection, Sequence[Event]], None]
DELETED_AT_ONCE = 10_000  # rows of one transaction, so that writers are not kept waiting


class EventStore:
    """The events of a ledger."""

    def __init__(
        self, database: Database, listeners: Sequence[Listener] = (), resolver: Resolver = alone
    ) -> None:
        self._database = database
        self._resolver = resolver
        self._listeners = listeners

    def append(self, events: Sequence[Event]) -> list[bool]:
        """Write events down in one transaction; for each, was it new?

        When this returns, what is new is on the disk. An id that is there already, or came earlier in the
        same call, is left as it is.
        """
        first: dict[str, Event] = {}
        for event in events:
            first.setdefault(event.event_id, event)
        if not first:
            return []
        # In one order everywhere: two writers of the same ids must not wait for each other.
        rows = [first[event_id]._asdict() for event_id in sorted(first)]
        with self._database.writing() as connection:
            new = set(connection.execute(self._insert(), rows).scalars())
            accepted = [event for event_id, event in first.items() if event_id in new]
            for listener in self._listeners:
                listener(connection, accepted)
            people = self._resolver(connection, sorted(people_of(accepted)))
            self._ring(people)  # for whoever dies between here and the next one
        self._ring(people)
        told = []
        for event in events:
            told.append(event.event_id in new)
            new.discard(event.event_id)
        return told

    def of(self, ids: Iterable[str], limit: int) -> list[Row[tuple[object, ...]]]:
        """The newest events of a person, by customer or session ids, newest first."""
        newest = (
            select(table)
            .where(of_people(tuple(ids)))
            .order_by(table.c.occurred_at.desc(), table.c.seq.desc())
        )
        with self._database.reading() as connection:
            return list(connection.execute(newest.limit(limit)))

    def count(self) -> int:
        """How many events there are."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def prune(self, before: int) -> int:
        """Delete what happened before a time, microseconds since 1970 UTC; how many that were."""
        pruned = 0
        some = select(table.c.seq).where(table.c.occurred_at < before).limit(DELETED_AT_ONCE)
        while True:
            with self._database.writing() as connection:
                deleted = connection.execute(delete(table).where(table.c.seq.in_(some))).rowcount
            pruned += deleted
            if deleted < DELETED_AT_ONCE:
                return pruned

    def _ring(self, people: Sequence[str]) -> None:
        bell = self._database.bell()
        if bell is not None:
            bell.ring(people)

    def _insert(self) -> Insert:
        dialect = sqlite if self._database.is_sqlite else postgresql
        insert: Insert = (
            dialect.insert(table)
            .on_conflict_do_nothing(index_elements=["event_id"])
            .returning(table.c.event_id)
        )
        return insert
