"""Which customers a batch is for: ids from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.errors import DataError, did_you_mean

COLUMN = "customer_id"
PARQUET = ".parquet"


@dataclass(frozen=True, slots=True, eq=False)
class CustomerList:
    """Distinct customer ids in the order of the file.

    ids       strings [n_customers]
    repeated  lines left out because their id came before
    blank     lines without an id
    """

    ids: pl.Series
    repeated: int
    blank: int


def read_customer_list(path: Path) -> CustomerList:
    """Read a Parquet or CSV file with a column customer_id, or a text file with one id a line.

    Ids are cleaned as training cleans them: no spaces around, no `.0` behind a whole number.
    Raises DataError, naming the file, if it cannot be read, lacks the column or has no id.
    """
    source = str(path)
    try:
        raw = _parquet_column(path) if path.suffix.lower() == PARQUET else _text_column(path)
    except UnicodeDecodeError as error:
        raise DataError("is not UTF-8 text; save it as UTF-8 or as Parquet", source=source) from error
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", source=source) from error
    except pl.exceptions.PolarsError as error:
        raise DataError(f"cannot be read: {str(error).splitlines()[0]}", source=source) from error
    text = raw.cast(pl.String).str.strip_chars().str.replace(r"^(-?\d+)\.0+$", "$1")
    filled = text.filter((text != "").fill_null(False))
    if filled.is_empty():
        raise DataError("has no customer id in it", source=source, column=COLUMN)
    ids = filled.unique(maintain_order=True)
    return CustomerList(ids.alias(COLUMN), len(filled) - len(ids), len(text) - len(filled))


def _parquet_column(path: Path) -> pl.Series:
    frame = pl.scan_parquet(path, glob=False)
    _require_column(frame.collect_schema().names(), path)
    column = frame.select(COLUMN).collect().to_series()
    if not (column.dtype.is_integer() or column.dtype.is_float() or column.dtype in _TEXT_TYPES):
        raise DataError(
            f"is of type {column.dtype}; ids are text or whole numbers", source=str(path), column=COLUMN
        )
    return column


_TEXT_TYPES = (pl.String, pl.Categorical, pl.Enum, pl.Null)


def _text_column(path: Path) -> pl.Series:
    """The column of a CSV, told by its header; else every line is an id."""
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline().rstrip("\r\n")
        names = [name.strip().strip('"') for name in header.split(",")]
        if len(names) == 1 and names != [COLUMN]:
            return pl.Series([header, *(line.rstrip("\r\n") for line in file)], dtype=pl.String)
    _require_column(names, path)
    frame = pl.read_csv(path, infer_schema=False, columns=[names.index(COLUMN)], glob=False)
    return frame.to_series()


def _require_column(names: list[str], path: Path) -> None:
    if COLUMN not in names:
        raise DataError(
            f"has no column {COLUMN!r}; {did_you_mean(COLUMN, names)}", source=str(path), column=COLUMN
        )
