"""Customers who were erased: unknown at once, in every worker, to models that were fitted on them before."""

from __future__ import annotations

import time
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.bundle import Bundle
from models.contact_hashes import ContactHasher
from service.identity.schema import erasures as table
from service.ledger.bell import Bell
from service.ledger.database import Database
from service.ledger.event import ERASED

MICROSECONDS = 1_000_000
REST_SECONDS = 5.0  # a ledger that cannot be reached is not asked for so long: no answer may wait for it


class Erasures:
    """Who was erased, and when: kept in each worker, read again when the bell rings for it."""

    def __init__(self, database: Database, hasher: ContactHasher) -> None:
        self._database = database
        self._hasher = hasher
        self._heard = 0
        self._at: dict[bytes, int] = {}
        self._down_until = 0.0

    def cover(self, bundle: Bundle, customer_id: str) -> bool:
        """Whether a customer was erased after the data of a bundle was read.

        Where the ledger cannot be reached, what was known last is what is answered.
        """
        at = self._known(customer_id)
        return (
            at is not None and at >= datetime.fromisoformat(bundle.facts.created).timestamp() * MICROSECONDS
        )

    def _known(self, customer_id: str) -> int | None:
        """When a customer was erased: looked up in what is kept, or asked for where there is no bell."""
        if time.monotonic() >= self._down_until:
            try:
                bell = self._database.bell()
                if bell is None:
                    return self._asked(customer_id)
                self._refresh(bell)
            except SQLAlchemyError:
                self._down_until = time.monotonic() + REST_SECONDS
        return self._at.get(self._hasher.of_customer(customer_id)) if self._at else None

    def _asked(self, customer_id: str) -> int | None:
        query = select(table.c.at).where(table.c.hash == self._hasher.of_customer(customer_id))
        with self._database.reading() as connection:
            at: int | None = connection.execute(query).scalar()
        return at

    def _refresh(self, bell: Bell) -> None:
        heard = bell.heard(ERASED)
        if heard == self._heard:
            return
        with self._database.reading() as connection:
            self._at = {row.hash: row.at for row in connection.execute(select(table))}
        self._heard = heard
