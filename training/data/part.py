"""One readable piece of a source."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or one batch of a query's answer, as a lazy frame.

    `name` is what messages call it; `columns` its own column names and types.
    """

    name: str
    frame: pl.LazyFrame
    columns: pl.Schema
