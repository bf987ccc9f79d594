"""Rows of daily use as columns: a year of three meters has a thousand rows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from config.price_list import MAX_AMOUNT
from service.nudge_schemas import FIRST_DAY, LAST_DAY, MAX_UNIT, MAX_USAGE, UsageIn
from service.schemas import MAX_ID

EPOCH = datetime.date(1970, 1, 1)
FIRST, LAST = (FIRST_DAY - EPOCH).days, (LAST_DAY - EPOCH).days
FIELDS = frozenset(UsageIn.model_fields)
DATES = re.compile(r"\d{4}-\d\d-\d\d(,\d{4}-\d\d-\d\d)*", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class UsageColumns:
    """Daily use, [n_rows] each.

    day        int64, days since 1970-01-01
    amount     float64
    unit, ids  None where a row has none; empty where no row has one
    """

    meter: Sequence[str]
    day: np.ndarray
    amount: np.ndarray
    unit: Sequence[str | None]
    ids: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.meter)

    @property
    def kinds(self) -> set[tuple[str, str | None]]:
        """The pairs of meter and unit there are."""
        if not self.unit:
            return {(meter, None) for meter in set(self.meter)}
        return set(zip(self.meter, self.unit, strict=True))


def usage_of(rows: Sequence[UsageIn]) -> UsageColumns:
    """The columns of rows that the schema has read."""
    return UsageColumns(
        [row.meter for row in rows],
        np.array([(row.date - EPOCH).days for row in rows], dtype=np.int64),
        np.array([row.amount for row in rows], dtype=np.float64),
        [row.unit for row in rows],
        [row.id for row in rows],
    )


def plain_usage(rows: object) -> UsageColumns | None:
    """The columns of rows from JSON; None where one of them does not plainly fit the schema.

    It may fit all the same: that, and what is wrong with it, is for the schema to say.
    """
    if not isinstance(rows, list) or len(rows) > MAX_USAGE:
        return None
    try:
        given: set[object] = set().union(*rows)
        if not given <= FIELDS:
            return None
        return UsageColumns(
            _words([row["meter"] for row in rows], MAX_ID),
            _days([row["date"] for row in rows]),
            _amounts([row["amount"] for row in rows]),
            _said([row.get("unit") for row in rows], MAX_UNIT) if "unit" in given else (),
            _said([row.get("id") for row in rows], MAX_ID) if "id" in given else (),
        )
    except (TypeError, KeyError, ValueError, OverflowError):
        return None


def _words(words: list[str], most: int) -> list[str]:
    """The same. Raises ValueError unless all are texts of 1 to `most` characters."""
    _check(set(words), most)
    return words


def _said(words: list[str | None], most: int) -> list[str | None]:
    """The same of those that are there."""
    _check(set(words) - {None}, most)
    return words


def _check(words: Iterable[object], most: int) -> None:
    if not all(isinstance(word, str) and 0 < len(word) <= most for word in words):
        raise ValueError


def _days(dates: list[str]) -> np.ndarray:
    """Days since 1970-01-01. Raises ValueError for what is not written like 2026-05-31, or too far off."""
    # Written so, the calendar is all that is left to check, and NumPy does.
    if dates and not DATES.fullmatch(",".join(set(dates))):
        raise ValueError
    days = np.array(dates, dtype="datetime64[D]").astype(np.int64)
    _check_range(days, FIRST, LAST)
    return days


def _amounts(amounts: list[float]) -> np.ndarray:
    """As float64. Raises ValueError for what is no number, or none of the schema's."""
    if not set(map(type, amounts)) <= {int, float}:
        raise ValueError
    values = np.array(amounts, dtype=np.float64)
    _check_range(values, 0.0, MAX_AMOUNT)
    return values


def _check_range(values: np.ndarray, least: float, most: float) -> None:
    # NaN is in no range.
    if len(values) and not (values.min() >= least and values.max() <= most):
        raise ValueError
