"""The answer of an SQL query, streamed into temporary Parquet files so that memory stays bounded."""

from __future__ import annotations

import datetime
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from config.data import Source
from models.errors import ConfigError, DataError
from training.data.columns import TableName
from training.data.part import Part

ROWS_AT_A_TIME = 100_000
_BIND = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")  # what SQLAlchemy would take for a parameter
_PLAIN = (str, bool, int, float, Decimal, datetime.datetime, datetime.date)


@contextmanager
def open_query(source: Source, table: TableName) -> Iterator[list[Part]]:
    """The rows of `source.query`, in batches; the temporary files are gone afterwards.

    Raises ConfigError for a URL that is none, DataError for a database that cannot be reached or
    refuses the query. Passwords never appear in a message.
    """
    assert source.url is not None
    assert source.query is not None
    url = _parse(source.url, table)
    name = url.render_as_string(hide_password=True).split("?")[0]
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith(("file:", ":")):
        # SQLite would create an empty database and then miss the table.
        if not Path(url.database).is_file():
            raise DataError(f"no such database file; looked from {Path.cwd()}", source=name)
    with tempfile.TemporaryDirectory(prefix="shopkeeper-") as spool:
        try:
            engine = sa.create_engine(url)
            try:
                parts = list(_spool(engine, source.query, name, Path(spool)))
            finally:
                engine.dispose()
        except (SQLAlchemyError, ImportError) as error:
            raise DataError(f"data.{table}.query failed: {_said(error, url)}", source=name) from error
        yield parts


def _parse(text: str, table: TableName) -> sa.URL:
    """The URL, with the PostgreSQL driver that is installed where the URL names none."""
    try:
        url = sa.make_url(text)
        url.get_dialect() if url.drivername not in ("postgres", "postgresql") else None
    except (ArgumentError, NoSuchModuleError) as error:
        raise ConfigError(
            f"data.{table}.url is no SQLAlchemy URL such as 'sqlite:///shop.db' or 'postgresql://user@host/shop'",
            key=f"data.{table}.url",
        ) from error
    except ImportError:
        return url  # the driver is missing: said when connecting
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgres", "postgresql") else url


def _spool(engine: sa.Engine, query: str, name: str, spool: Path) -> Iterator[Part]:
    statement = sa.text(_BIND.sub(r"\\:", query))
    with engine.connect() as connection:
        options = connection.execution_options(stream_results=True, yield_per=ROWS_AT_A_TIME)
        result = options.execute(statement)
        columns = list(result.keys())
        if repeated := sorted({column for column in columns if columns.count(column) > 1}):
            raise DataError(
                f"the query returns {', '.join(repeated)} twice: name them apart with AS", source=name
            )
        number = 0
        for number, rows in enumerate(result.partitions(), start=1):
            yield _write(columns, rows, name, spool / f"{number}.parquet")
        if number == 0:
            yield _write(columns, [], name, spool / "0.parquet")


def _write(columns: list[str], rows: Sequence[Sequence[Any]], name: str, path: Path) -> Part:
    values = list(zip(*rows, strict=True)) or [() for _ in columns]
    frame = pl.DataFrame([_series(column, cells) for column, cells in zip(columns, values, strict=True)])
    frame.write_parquet(path)
    return Part(name, pl.scan_parquet(path, glob=False), frame.schema)


def _series(name: str, cells: Sequence[Any]) -> pl.Series:
    """Values of one kind keep their type; a mixture (SQLite allows it) becomes text, to be judged row by row."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if not kinds:
        return pl.Series(name, [None] * len(cells), dtype=pl.String)
    if len(kinds) == 1 and kinds <= set(_PLAIN):
        try:
            if kinds == {Decimal}:
                return pl.Series(
                    name, [None if cell is None else str(cell) for cell in cells], dtype=pl.String
                )
            return pl.Series(name, cells, strict=True)
        except (pl.exceptions.PolarsError, OverflowError, TypeError):
            pass  # such as an integer beyond 64 bits: text
    return pl.Series(name, [None if cell is None else str(cell) for cell in cells], dtype=pl.String)


def _said(error: Exception, url: sa.URL) -> str:
    """The driver's words without SQLAlchemy's trailer, and without any secret of the URL."""
    cause = getattr(error, "orig", None) or error
    text = " ".join(str(cause).split())
    secrets = [url.password, *(value for key, value in url.query.items() if "pass" in key.lower())]
    for secret in secrets:
        if isinstance(secret, str) and secret:
            text = text.replace(secret, "***")
    return text
