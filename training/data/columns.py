"""The canonical columns of each table, and where a source keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from models.errors import ConfigError, DataError, did_you_mean
from training.data.listing import nearest

CR_ADVICE = "its lines end in a carriage return alone: save it with line ends of LF or CRLF"

TableName = Literal[
    "orders",
    "products",
    "customers",
    "plans",
    "plan_meters",
    "add_ons",
    "subscriptions",
    "usage",
    "ledger",
    "ledger_usage",
]


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The canonical column names of one table."""

    table: TableName
    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.required + self.optional


ORDER_COLUMNS = TableColumns(
    "orders",
    ("order_id", "product_id", "ordered_at"),
    ("customer_id", "quantity", "unit_price", "line_total", "unit_cost", "channel", "product_name"),
)
PRODUCT_COLUMNS = TableColumns(
    "products",
    ("product_id",),
    (
        "name",
        "category",
        "brand",
        "size",
        "price",
        "unit_cost",
        "stock",
        "variant_of",
        "tags",
        "min_age",
        "url",
    ),
)
CUSTOMER_COLUMNS = TableColumns(
    "customers",
    ("customer_id",),
    (
        "name",
        "email",
        "phone",
        "consent_email",
        "consent_phone",
        "consent_web",
        "age_band",
        "gender",
        "postcode",
        "first_interest",
        "referred_by",
        "joined_on",
        "birthday",
        "channel",
    ),
)
PLAN_COLUMNS = TableColumns("plans", ("plan_id", "family", "name", "fee", "currency"), ("retired",))
PLAN_METER_COLUMNS = TableColumns(
    "plan_meters",
    ("plan_id", "meter"),
    ("quota", "overage_price", "overage_unit", "throttled", "throttle_penalty"),
)
ADD_ON_COLUMNS = TableColumns(
    "add_ons", ("add_on_id", "family", "name", "price", "currency", "meter", "amount"), ()
)
SUBSCRIPTION_COLUMNS = TableColumns(
    "subscriptions",
    ("customer_id", "plan_id", "started_on"),
    ("ended_on", "cycle_anchor_day", "locked_until"),
)
USAGE_COLUMNS = TableColumns("usage", ("customer_id", "meter", "date", "amount"), ("unit",))


def refuse_unknown_names(mapping: Mapping[str, str], columns: TableColumns) -> None:
    """Raises ConfigError for a key of `[data.<table>.columns]` that is no canonical column."""
    for canonical in mapping:
        if canonical not in columns.all:
            raise ConfigError(
                f"[data.{columns.table}.columns] has {canonical!r}, which is no canonical column; "
                f"{did_you_mean(canonical, columns.all)}",
                key=f"data.{columns.table}.columns.{canonical}",
            )


def locate_columns(
    available: Sequence[str],
    mapping: Mapping[str, str],
    columns: TableColumns,
    *,
    source: str,
    separator: str,
) -> dict[str, str]:
    """Canonical name -> the source's own name, for the canonical columns that this source has.

    A mapping wins over a column of the canonical name. Raises DataError for a mapped or required
    column that is absent, naming the columns there are; `separator` is only used in its message.
    """
    located = {}
    for canonical in columns.all:
        theirs = mapping.get(canonical, canonical)
        if theirs in available:
            located[canonical] = theirs
        elif canonical in mapping or canonical in columns.required:
            raise _absent(canonical, theirs, available, columns.table, source=source, separator=separator)
    return located


def _absent(
    canonical: str, theirs: str, available: Sequence[str], table: TableName, *, source: str, separator: str
) -> DataError:
    wanted = f"no column {theirs!r}" + ("" if theirs == canonical else f" (mapped to {canonical})")
    advice = f"name it with [data.{table}.columns] {canonical} = ..."
    if lines_end_in_cr(available):
        advice = CR_ADVICE
    elif other := _separator_inside(available, separator):
        advice = f"it looks separated by {other!r}, not by {separator!r}: set data.{table}.separator"
    return DataError(f"{wanted}; {nearest(theirs, available)}; {advice}", source=source, column=theirs)


def lines_end_in_cr(available: Sequence[str]) -> bool:
    """Whether the header has the lines after it inside: they end in a carriage return alone."""
    return any("\r" in column for column in available)


def _separator_inside(available: Sequence[str], separator: str) -> str | None:
    """The separator that a header read as a single column seems to use instead."""
    if len(available) != 1:
        return None
    counts = {mark: available[0].count(mark) for mark in ",;\t|" if mark != separator}
    mark = max(counts, key=lambda candidate: counts[candidate])
    return mark if counts[mark] else None
