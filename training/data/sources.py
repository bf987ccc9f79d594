"""A source of the configuration, opened: files or a database, the same from here on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import polars as pl

from config.data import Source
from models.errors import DataError
from training.data.columns import (
    CR_ADVICE,
    TableColumns,
    TableName,
    lines_end_in_cr,
    locate_columns,
    refuse_unknown_names,
)
from training.data.database import open_query
from training.data.files import open_files, unreadable
from training.data.listing import listed
from training.data.part import Part


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that can be read, and read again, while it is open.

    `columns` maps the canonical names found to the source's own.
    """

    name: str
    parts: tuple[Part, ...]
    columns: dict[str, str]
    source: Source
    table: TableColumns

    def collect(self, part: Part, frame: pl.LazyFrame) -> pl.DataFrame:
        """Run a query over a part. Raises DataError, naming the file, for what is unreadable in it."""
        try:
            return frame.collect(engine="streaming")
        except (pl.exceptions.PolarsError, OSError) as error:
            raise unreadable(error, part.name, self.source, self.table.table) from error


@contextmanager
def open_source(source: Source, table: TableColumns) -> Iterator[Opened]:
    """Open a source and find its columns.

    Raises ConfigError for a mapping of an unknown canonical name, DataError for everything that is
    wrong with the source itself.
    """
    refuse_unknown_names(source.columns, table)
    with _opening(source, table.table) as parts:
        name = source.path or parts[0].name
        located = locate_columns(
            parts[0].columns.names(), source.columns, table, source=parts[0].name, separator=source.separator
        )
        yield Opened(name, tuple(parts), located, source, table)


def _opening(source: Source, table: TableName) -> AbstractContextManager[list[Part]]:
    if source.path is not None:
        return open_files(source.path, source, table)
    return open_query(str(source.url), str(source.query), table)  # Source has seen to it that both are there


def refuse_no_rows(opened: Opened, rows: int) -> None:
    """Raises DataError for a source that has columns and no row."""
    if rows == 0:
        columns = opened.parts[0].columns.names()
        advice = f"; {CR_ADVICE}" if lines_end_in_cr(columns) else ""
        raise DataError(f"has a header ({listed(columns)}) and no rows{advice}", source=opened.name)
