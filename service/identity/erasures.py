"""Customers who were erased: unknown at once, in every worker, to models that were fitted on them before."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.bundle import Bundle
from models.contact_hashes import ContactHasher
from service.identity.schema import erasures as table
from service.ledger.database import Database
from service.ledger.event import ERASED

MICROSECONDS = 1_000_000


class Erasures:
    """Who was erased, and when: kept in each worker, read again when the bell rings for it."""

    def __init__(self, database: Database, hasher: ContactHasher) -> None:
        self._database = database
        self._hasher = hasher
        self._heard = 0
        self._at: dict[bytes, int] = {}

    def cover(self, bundle: Bundle, customer_id: str) -> bool:
        """Whether a customer was erased after the data of a bundle was read.

        Where the ledger cannot be reached, what was known last is what is answered.
        """
        with suppress(SQLAlchemyError):
            self._refresh()
        if not self._at:
            return False
        at = self._at.get(self._hasher.of_customer(customer_id))
        return (
            at is not None and at >= datetime.fromisoformat(bundle.facts.created).timestamp() * MICROSECONDS
        )

    def _refresh(self) -> None:
        bell = self._database.bell()
        heard = bell.heard(ERASED) if bell is not None else -1
        if heard == self._heard and bell is not None:
            return
        with self._database.reading() as connection:
            self._at = {row.hash: row.at for row in connection.execute(select(table))}
        self._heard = heard
