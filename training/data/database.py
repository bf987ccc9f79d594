"""The answer of an SQL query, streamed into temporary Parquet files so that memory stays bounded."""

from __future__ import annotations

import datetime
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from models.errors import ConfigError, DataError
from training.data.columns import TableName
from training.data.listing import listed
from training.data.part import Part

ROWS_AT_A_TIME = 100_000
_BIND = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")  # what SQLAlchemy would take for a parameter
_KEPT = {str, int, float, datetime.datetime, datetime.date}


@contextmanager
def open_query(url_text: str, query: str, table: TableName) -> Iterator[list[Part]]:
    """The rows a query returns, in batches; the temporary files are gone afterwards.

    Raises ConfigError for a URL that is none, DataError for a database that cannot be reached or
    refuses the query. Passwords never appear in a message.
    """
    url = _parse(url_text, table)
    name = url.set(query={}).render_as_string(hide_password=True)
    if _is_missing_file(url):
        raise DataError(f"no such database file; looked from {Path.cwd()}", source=name)
    with tempfile.TemporaryDirectory(prefix="shopkeeper-") as spool:
        try:
            engine = sa.create_engine(url)
            try:
                parts = list(_spool(engine, query, name, Path(spool)))
            finally:
                engine.dispose()
        except (SQLAlchemyError, ImportError) as error:
            raise DataError(f"data.{table}.query failed: {_said(error, url)}", source=name) from error
        yield parts


def _parse(text: str, table: TableName) -> sa.URL:
    """The URL, with the PostgreSQL driver of ours where it names none."""
    try:
        url = sa.make_url(text)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError(
            f"data.{table}.url is no SQLAlchemy URL, such as 'sqlite:///shop.db' or "
            "'postgresql://user:password@host/shop'",
            key=f"data.{table}.url",
        ) from error
    return url


def _is_missing_file(url: sa.URL) -> bool:
    """Whether this is an SQLite file that is not there: SQLite would create it and then miss the table."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith(("file:", ":")):
        return False
    return not Path(url.database).is_file()


def _spool(engine: sa.Engine, query: str, name: str, spool: Path) -> Iterator[Part]:
    statement = sa.text(_BIND.sub(r"\\:", query))
    with engine.connect() as connection:
        options = connection.execution_options(stream_results=True, yield_per=ROWS_AT_A_TIME)
        result = options.execute(statement)
        columns = list(result.keys())
        if repeated := sorted({column for column in columns if columns.count(column) > 1}):
            told = listed(repeated)
            raise DataError(f"the query returns {told} more than once: name them apart with AS", source=name)
        number = 0
        for number, rows in enumerate(result.partitions(ROWS_AT_A_TIME), start=1):
            yield _write(columns, rows, name, spool / f"{number}.parquet")
        if number == 0:
            yield _write(columns, [], name, spool / "0.parquet")


def _write(columns: list[str], rows: Sequence[Sequence[Any]], name: str, path: Path) -> Part:
    values = list(zip(*rows, strict=True)) or [() for _ in columns]
    frame = pl.DataFrame([_series(column, cells) for column, cells in zip(columns, values, strict=True)])
    frame.write_parquet(path)
    return Part(name, pl.scan_parquet(path, glob=False), frame.schema)


def _series(name: str, cells: Sequence[Any]) -> pl.Series:
    """Values of one kind keep their type; anything else becomes text, judged like the cells of a CSV.

    SQLite allows a mixture of types in a column, and a decimal's text is exact.
    """
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) == 1 and kinds <= _KEPT:
        try:
            return pl.Series(name, cells, strict=True)
        except (pl.exceptions.PolarsError, OverflowError, TypeError):
            return _as_text(name, cells)  # such as an integer beyond 64 bits
    return _as_text(name, cells)


def _as_text(name: str, cells: Sequence[Any]) -> pl.Series:
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
