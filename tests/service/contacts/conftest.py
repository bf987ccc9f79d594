"""A database with the tables of contacts, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text

from service.contacts.schema import metadata


class TwoKinds:
    """The two ways of using a database that the book of contacts asks for."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.execute(text("begin immediate"))
            yield connection
            connection.commit()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TwoKinds]:
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}", connect_args={"timeout": 60})
        event.listen(engine, "connect", _plain)
    else:
        engine = create_engine(request.getfixturevalue("postgres_url"), pool_size=20)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    yield TwoKinds(engine)
    metadata.drop_all(engine)
    engine.dispose()


def _plain(connection: object, _: object) -> None:
    """Leave transactions to us: Python's own would begin one that others can write beside."""
    connection.isolation_level = None  # type: ignore[attr-defined]  # a connection of sqlite3
