"""The ledger's database: its schema comes from migrations, and a transaction is whole or not there."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, text
from sqlalchemy.exc import OperationalError

from service.contacts import schema as of_contacts
from service.keys import schema as of_keys
from service.ledger.database import Database
from service.ledger.schema import events, metadata


def test_migrations_make_the_tables_of_the_schema(database: Database) -> None:
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_opening_twice_changes_nothing(ledger_url: str) -> None:
    for _ in range(2):
        database = Database(ledger_url)
        with database.reading() as connection:
            names = set(inspect(connection).get_table_names())
            assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
        database.close()
    assert names == {*metadata.tables, "alembic_version"}
    assert {of_contacts.contacts.name, of_keys.api_keys.name} <= names


def test_a_folder_that_cannot_be_made_is_an_error_of_the_database() -> None:
    with pytest.raises(OperationalError):
        Database("sqlite:////proc/nowhere/ledger.sqlite3").engine()


def test_many_processes_may_open_a_new_ledger_at_once(ledger_url: str) -> None:
    """Threads with a holder each: none shares a connection with another."""

    def opened(_: int) -> int:
        database = Database(ledger_url)
        with database.reading() as connection:
            count = connection.execute(text("SELECT count(*) FROM events")).scalar()
        database.close()
        return int(count or 0)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(8))) == [0] * 8


def test_who_opens_waits_for_another_who_makes_it_a_wal(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")  # SQLite refuses to change the journal of a locked database at once
    release = Timer(0.3, other.execute, ("COMMIT",))
    release.start()
    database = Database(f"sqlite:///{path}")
    with database.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    release.join()
    database.close()
    other.close()


def test_what_fails_half_way_leaves_nothing(database: Database) -> None:
    row = {"event_id": "a", "type": "view", "occurred_at": 1, "received_at": 1}

    def fail_half_way() -> None:
        with database.writing() as connection:
            connection.execute(insert(events), [row])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar() == 0


def test_sqlite_keeps_what_was_committed(database: Database) -> None:
    if not database.is_sqlite:
        return
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
