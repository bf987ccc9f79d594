"""Consents of a customer by channel: the last that they said, wherever they said it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, select

from models.bundle import Bundle
from service.ledger.people import IDS, of_people
from service.ledger.schema import events

SAID = (
    select(events.c.channel, events.c.details)
    .where(of_people(IDS) & (events.c.type == "consent"))
    .order_by(events.c.occurred_at, events.c.seq)
)


class Consents:
    """Reads consents from the events of type `consent`, and before those from the shop's customers table."""

    def __init__(self, bundle: Callable[[], Bundle | None] = lambda: None) -> None:
        """`bundle` is what is served now; its directory has what the customers table says."""
        self._bundle = bundle

    def __call__(self, connection: Connection, ids: Sequence[str]) -> Mapping[str, bool | None]:
        """Did the person agree to be contacted? Channels they said nothing about are left out."""
        rows = connection.execute(SAID, {"ids": ids}).all()
        bundle = self._bundle()
        listed: dict[str, bool | None] = {}
        if bundle is not None and bundle.directory is not None:
            for each in ids:
                listed.update(bundle.directory.consents_of(each))
        return {**listed, **{row.channel: json.loads(row.details)["granted"] for row in rows}}
