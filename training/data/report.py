"""What reading the shop found: rows read, kept, rejected and changed, by reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from training.data.columns import TableName


@dataclass(frozen=True, slots=True)
class TableReport:
    """One table.

    rows_read      rows of the source
    rows_kept      rows that are used
    rejected       reason -> rows that are not used
    changed        reason -> rows that were altered; some of them are gone by that, see `rows_netted`
    rows_netted    rows gone because a cancellation and what it cancelled were set off against each
                   other: rows_read = rows_kept + sum(rejected) + rows_netted
    guest_rows     kept rows without a customer (order lines only)
    first, last    moments of the first and last kept order line, UTC (order lines only)
    """

    source: str
    rows_read: int
    rows_kept: int
    seconds: float
    rejected: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    rows_netted: int = 0
    guest_rows: int = 0
    first: datetime | None = None
    last: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; moments as ISO 8601 in UTC."""
        return {
            "source": self.source,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rows_netted": self.rows_netted,
            "rejected": dict(self.rejected),
            "changed": dict(self.changed),
            "guest_rows": self.guest_rows,
            "first": None if self.first is None else f"{self.first.isoformat()}Z",
            "last": None if self.last is None else f"{self.last.isoformat()}Z",
            "counts": dict(self.counts),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class ReadReport:
    """Every table that was read, by its name in the configuration."""

    tables: Mapping[TableName, TableReport]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {name: table.to_dict() for name, table in self.tables.items()}
