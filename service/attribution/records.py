"""What attribution holds of customers: exported, erased, and forgotten when it is old."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from service.attribution.schema import attributions, exposures
from service.contacts.book import plain_row

HELD = (attributions, exposures)


def held(connection: Connection, ids: Sequence[str]) -> dict[str, list[dict[str, object]]]:
    """All rows of a person, as plain values by table."""
    return {
        str(table.name): [
            plain_row(row) for row in connection.execute(select(table).where(table.c.customer_id.in_(ids)))
        ]
        for table in HELD
    }


def forget(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Erase all rows of a person, in the caller's transaction; how many that were, by table."""
    return {
        str(table.name): connection.execute(delete(table).where(table.c.customer_id.in_(ids))).rowcount
        for table in HELD
    }


def prune(connection: Connection, before: int) -> int:
    """Delete what is older than a time, microseconds since 1970 UTC; how many rows that were."""
    return sum(connection.execute(delete(table).where(table.c.at < before)).rowcount for table in HELD)
