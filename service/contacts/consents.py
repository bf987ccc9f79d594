"""Consents of a customer by channel: the last that they said, wherever they said it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select

from service.ledger.database import Database
from service.ledger.schema import events


class Consents:
    """Reads consents from the events of type `consent`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, customer_id: str) -> Mapping[str, bool | None]:
        """Did the customer agree to be contacted? Channels they said nothing about are left out."""
        mine = (events.c.customer_id == customer_id) & (events.c.type == "consent")
        said = select(events.c.channel, events.c.details).where(mine)
        with self._database.reading() as connection:
            rows = connection.execute(said.order_by(events.c.occurred_at, events.c.seq)).all()
        return {row.channel: json.loads(row.details)["granted"] for row in rows}
