"""Why a day of usage is not used: the codes, their names, and the rows in the rejects file."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import polars as pl

from models.errors import DataError
from training.data.columns import USAGE_COLUMNS
from training.data.rejects import RejectsFile
from training.data.sources import Opened


class UsageReason(IntEnum):
    """What became of a row; the first that applies, in this order."""

    KEPT = 0
    MISSING_CUSTOMER_ID = 1
    MISSING_METER = 2
    BAD_ID = 3
    BAD_DATE = 4
    FUTURE_DATE = 5
    BAD_AMOUNT = 6
    NEGATIVE_AMOUNT = 7
    AMOUNT_TOO_LARGE = 8
    UNKNOWN_METER = 9
    UNIT_MISMATCH = 10
    WITHOUT_SUBSCRIPTION = 11
    REPEATED = 12
    TWO_TOTALS = 13

    @property
    def label(self) -> str:
        return self.name.lower()


def counted(reason: np.ndarray) -> dict[str, int]:
    """Reason -> rows that are not used; `reason` uint8 [n_rows] UsageReason."""
    counts = np.bincount(reason, minlength=len(UsageReason))
    return {why.label: int(counts[why]) for why in UsageReason if why and counts[why]}


def tell_rejects(
    opened: Opened, part_rows: Sequence[int], reason: np.ndarray, rejects: RejectsFile | None
) -> None:
    """Write the rows with a reason to the rejects file, where one is asked for: their customer only."""
    if rejects is None:
        return
    labels = np.array([why.label for why in UsageReason])
    theirs = opened.columns["customer_id"]
    start = 0
    for part, rows in zip(opened.parts, part_rows, strict=True):
        here = reason[start : start + rows]
        found = np.flatnonzero(here)
        ids = opened.collect(part, part.frame.select(pl.col(theirs).cast(pl.String).alias("customer_id")))
        told = {"part": [part.name] * len(found), "row": found + 1, "reason": labels[here[found]]}
        frame = pl.DataFrame(told, schema_overrides={"part": pl.String, "row": pl.Int64, "reason": pl.String})
        rejects.add_rows(
            USAGE_COLUMNS.table, frame.with_columns(ids[found]["customer_id"], action=pl.lit("rejected"))
        )
        start += rows


def refuse_mostly(
    opened: Opened, part_rows: Sequence[int], reason: np.ndarray, expected: dict[UsageReason, tuple[str, str]]
) -> None:
    """Raises DataError if more than half of all rows have one of these reasons: a wrong setting or file.

    `expected` is reason -> (canonical column, what its values should be); the message has the first
    value that is not, and its row.
    """
    for why, (column, wanted) in expected.items():
        wrong = np.flatnonzero(reason == why)
        if 2 * len(wrong) <= len(reason):
            continue
        position, number = int(wrong[0]), 0
        while position >= part_rows[number]:
            position -= part_rows[number]
            number += 1
        part, theirs = opened.parts[number], opened.columns[column]
        value = opened.collect(part, part.frame.select(theirs).slice(position, 1)).item()
        raise DataError(
            f"column {theirs!r} of type {part.columns[theirs]}: {len(wrong)} of {len(reason)} rows, more "
            f"than half, do not have {wanted}; the first is {value!r} in row {position + 1}",
            source=part.name,
            column=theirs,
        )
