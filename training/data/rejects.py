"""The rejects file: every rejected or changed row as it was in the source, with the reason."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from models.errors import ConfigError
from training.data.columns import ORDER_COLUMNS, TableName
from training.data.part import Part
from training.data.reasons import NETTED, Reason
from training.data.sources import Opened

ENDINGS = (".csv", ".parquet")
_Schema = dict[str, pl.DataType | type[pl.DataType]]
_EVERY: _Schema = {
    "table": pl.String,
    "source": pl.String,
    "row": pl.Int64,
    "action": pl.String,
    "reason": pl.String,
}
_OF_ORDERS: _Schema = {**_EVERY, **dict.fromkeys(ORDER_COLUMNS.all, pl.String)}
_WITHOUT_ORDERS: _Schema = {**_EVERY, "customer_id": pl.String}


class RejectsFile:
    """Collects rows, then writes them at once.

    Columns: table, source (file or query), row (1 is the first row after the header), action
    (`rejected` or `changed`), reason, and the canonical order columns as they were read, where orders
    were, else the customer. Rows of the other tables carry their id only: what a customer's row holds is
    nobody's business here. A file without rows says that every row was used.
    """

    def __init__(self, path: Path) -> None:
        """Raises ConfigError for a type of file that is not written."""
        if path.suffix not in ENDINGS:
            raise ConfigError(
                f"data.rejects: {path} has no ending that is written; valid endings: {', '.join(ENDINGS)}",
                key="data.rejects",
            )
        self.path = path
        self._frames: list[pl.DataFrame] = []
        self._schema = _WITHOUT_ORDERS

    def add_order_lines(
        self,
        opened: Opened,
        part_rows: tuple[int, ...],
        reason: np.ndarray,
        changed: Mapping[str, np.ndarray],
    ) -> None:
        """Add lines by position in the source: those with a `reason`, and those `changed`."""
        self._schema = _OF_ORDERS
        found = _rows(reason, changed)
        start = 0
        for part, rows in zip(opened.parts, part_rows, strict=True):
            here = found.filter(pl.col("at").is_between(start, start + rows - 1))
            if len(here):
                self._frames.append(_with_originals(opened, part, here, start))
            start += rows

    def add_rows(self, table: TableName, rows: pl.DataFrame) -> None:
        """Add rows of another table: `part`, `row` (from 1), `action`, `reason` and its id column."""
        self._frames.append(rows.rename({"part": "source"}).with_columns(table=pl.lit(table)))

    def write(self) -> None:
        """Write the file whole or not at all: beside its place, then renamed into it."""
        empty = pl.DataFrame(schema=self._schema)
        frame = pl.concat([empty, *self._frames], how="diagonal_relaxed").select(*self._schema)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        os.close(handle)
        try:
            if self.path.suffix == ".csv":
                frame.write_csv(name)
            else:
                frame.write_parquet(name)
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _rows(reason: np.ndarray, changed: Mapping[str, np.ndarray]) -> pl.DataFrame:
    """`at` (position in the source), `action` and `reason` of every line to be told of."""
    gone = np.flatnonzero(reason != Reason.KEPT)
    labels = np.array([each.label for each in Reason])
    actions = np.array(["changed" if each in NETTED else "rejected" for each in Reason])
    frames = [
        pl.DataFrame({"at": gone, "action": actions[reason[gone]], "reason": labels[reason[gone]]}),
        *(
            pl.DataFrame({"at": rows.astype(np.int64)}).with_columns(
                action=pl.lit("changed"), reason=pl.lit(why)
            )
            for why, rows in changed.items()
        ),
    ]
    return pl.concat(frames).sort("at", maintain_order=True)


def _with_originals(opened: Opened, part: Part, rows: pl.DataFrame, start: int) -> pl.DataFrame:
    """The lines of one part, read once more for the values they had."""
    placed = rows.select(
        pl.lit("orders").alias("table"),
        pl.lit(part.name).alias("source"),
        pl.col("at").sub(start).alias("row"),
        "action",
        "reason",
    )
    values = [pl.col(theirs).cast(pl.String).alias(name) for name, theirs in opened.columns.items()]
    originals = part.frame.select(values).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    joined = placed.lazy().join(originals, on="row", how="left", maintain_order="left")
    return opened.collect(part, joined).with_columns(pl.col("row") + 1)
