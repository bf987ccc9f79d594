"""The connection to the ledger's database: SQLite in WAL mode, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import OperationalError

from service.ledger.bell import Bell, made
from service.ledger.event import ERASED
from service.ledger.migrate import HEAD, upgrade
from service.ledger.schema import events

BUSY_SECONDS = 10  # how long a writer waits for another one
PAUSE = 0.01  # seconds between two tries
CONNECT_SECONDS = 5  # how long a server may take to let one in
LOCK = 0x5B0F6EE9  # PostgreSQL's advisory lock under which the schema is made
WRITING = "shopkeeper_writing"


class Database:
    """Opens the database on first use, in each process by itself; the schema is brought up to date then.

    A connection must not be shared by two processes, and gunicorn's workers are forks of one.
    """

    def __init__(self, url: str, bell: Path | None = None) -> None:
        """`bell` is the file by which processes tell each other of events: beside an SQLite file if left out,
        none with PostgreSQL.
        """
        self._url = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        self._bell_path = bell
        if bell is None and self.is_sqlite and self._url.database:
            self._bell_path = Path(f"{self._url.database}.bell")
        self._bell: Bell | None = None
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._process = 0

    @property
    def is_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with self.engine().connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is on the disk when the block has ended, or none of it is."""
        with self.engine().connect().execution_options(**{WRITING: True}) as connection, connection.begin():
            yield connection

    def bell(self) -> Bell | None:
        """The bell of the ledger; None where there is none, and its file cannot be made.

        Raises OperationalError where the database cannot be reached.
        """
        if self._bell is None or self._process != os.getpid():
            self.engine()
        return self._bell

    def engine(self) -> Engine:
        """The engine of this process. Raises OperationalError where the database cannot be reached."""
        with self._lock:
            if self._engine is None or self._process != os.getpid():
                self._engine = self._opened()
                self._process = os.getpid()
            return self._engine

    def close(self) -> None:
        """Let all connections of this process go."""
        with self._lock:
            if self._engine is not None and self._process == os.getpid():
                self._engine.dispose()
            self._engine = None

    def _opened(self) -> Engine:
        if self.is_sqlite:
            path = Path(self._url.database or "")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OperationalError("mkdir", None, error) from error
            engine = create_engine(self._url, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _on_connect)
            event.listen(engine, "begin", _on_begin)
        else:
            waits = {"connect_timeout": CONNECT_SECONDS}
            engine = create_engine(self._url, pool_pre_ping=True, connect_args=waits)
        with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if _version(connection) != HEAD:
                upgrade(connection)
            self._bell = self._hung(connection)
        return engine

    def _hung(self, connection: Connection) -> Bell | None:
        """The bell. Whoever finds none makes it, rung for everybody of whom there are events."""
        if self._bell_path is None:
            return None
        try:
            return made(self._bell_path, lambda: _everybody(connection))
        except OSError:
            return None


def _everybody(connection: Connection) -> Iterator[str]:
    yield ERASED
    for column in (events.c.customer_id, events.c.session_id):
        yield from connection.execute(select(column).where(column.is_not(None)).distinct()).scalars()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _on_connect(connection: Any, _: Any) -> None:
    """WAL: readers never wait for a writer. FULL: what was committed survives a loss of power."""
    connection.isolation_level = None  # transactions are begun below, as deferred or immediate
    _to_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _to_wal(connection: sqlite3.Connection) -> None:
    """Change a new database to WAL. SQLite does not wait for others who do the same just now, so we do."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)
        else:
            return


def _on_begin(connection: Connection) -> None:
    # A writer takes its lock at once: upgrading a reader's lock fails where another writer was faster.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
