"""The register of customers: found by contact, exported, and erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, or_, select

from models.bundle import Bundle
from models.contact_hashes import CONTACT_KINDS, ContactHasher, ContactKind
from models.directory import Directory
from service.attribution import records
from service.contacts.book import forget, held, plain_row
from service.identity.erasures import Erasures
from service.identity.schema import erasures, identities, merges, session_links
from service.identity.sessions import ids_of
from service.ledger.database import Database
from service.ledger.event import ERASED
from service.ledger.people import of_people
from service.ledger.schema import events


class TakenError(Exception):
    """A contact is another customer's; `kind` says which."""

    def __init__(self, kind: ContactKind) -> None:
        super().__init__(kind)
        self.kind = kind


class Register:
    """What is known of who customers are, in the ledger and in the model that is served."""

    def __init__(self, database: Database, hasher: ContactHasher, gone: Erasures) -> None:
        self._database = database
        self._hasher = hasher
        self._gone = gone

    def knows(self, bundle: Bundle, customer_id: str) -> bool:
        """Whether the model, its directory or the ledger holds anything of a customer."""
        if in_bundle(bundle, customer_id) and not self._gone.cover(bundle, customer_id):
            return True
        with self._database.reading() as connection:
            ids = ids_of(connection, [customer_id])
            contact = select(identities.c.customer_id).where(identities.c.customer_id == customer_id)
            found = connection.execute(select(events.c.seq).where(of_people(ids)).limit(1)).first()
            return found is not None or connection.execute(contact.limit(1)).first() is not None

    def find(self, bundle: Bundle, kind: ContactKind, value: str) -> tuple[str, ...] | None:
        """The ids of all customers with a contact; None for what is no address or number."""
        digest = self._hasher.of_contact(kind, value)
        if digest is None:
            return None
        query = select(identities.c.customer_id).where(identities.c.kind == kind, identities.c.hash == digest)
        with self._database.reading() as connection:
            told = connection.execute(query.order_by(identities.c.at)).scalars().all()
        directory = self._directory(bundle)
        listed = directory.find(kind, digest) if directory else ()
        here = [each for each in listed if not self._gone.cover(bundle, each)]
        return tuple(dict.fromkeys([*told, *here]))

    def add(
        self, bundle: Bundle, customer_id: str, contacts: Mapping[ContactKind, str], at: int
    ) -> list[str]:
        """Add contacts to a customer; the kinds that could not be read as what they should be.

        A telephone may be shared, an address may not: raises TakenError. Nothing is added then.
        """
        digests = {kind: self._hasher.of_contact(kind, value) for kind, value in contacts.items()}
        wrong = [kind for kind, digest in digests.items() if digest is None]
        if wrong:
            return list(wrong)
        email = contacts.get("email")
        if email is not None and any(each != customer_id for each in self.find(bundle, "email", email) or ()):
            raise TakenError("email")
        with self._database.writing() as connection:
            for kind, digest in digests.items():
                table = identities
                same = (table.c.kind == kind) & (table.c.hash == digest)
                others = connection.execute(select(table.c.customer_id).where(same)).scalars().all()
                if kind == "email" and any(each != customer_id for each in others):
                    raise TakenError("email")
                if customer_id not in others:
                    row = {"kind": kind, "hash": digest, "customer_id": customer_id, "at": at}
                    connection.execute(insert(table).values(row))
        return []

    def export(self, bundle: Bundle, customer_id: str) -> dict[str, Any]:
        """All that is held of a customer, as plain values; of hashed contacts, the kinds."""
        with self._database.reading() as connection:
            ids = ids_of(connection, [customer_id])
            happened = select(events).where(of_people(ids)).order_by(events.c.occurred_at, events.c.seq)
            mine = session_links.c.customer_id.in_(ids)
            visits = [plain_row(row) for row in connection.execute(select(session_links).where(mine))]
            tables = {**held(connection, ids), **records.held(connection, ids), "session_links": visits}
            kinds = select(identities.c.kind).where(identities.c.customer_id.in_(ids)).distinct()
            told = set(connection.execute(kinds).scalars())
            listed = [plain_row(row) for row in connection.execute(happened)]
        gone = self._gone.cover(bundle, customer_id)
        directory = self._directory(bundle)
        if directory is not None and not gone:
            told |= set(directory.kinds_of(customer_id))
        return {
            "customer_id": customer_id,
            "ids": list(ids),
            "events": listed,
            **tables,
            "contact_hashes": [kind for kind in CONTACT_KINDS if kind in told],
            "model": None if gone else of_model(bundle, customer_id),
        }

    def erase(self, customer_id: str, at: int) -> dict[str, int]:
        """Erase all that the ledger holds of a customer in one transaction; rows by table.

        Their visits are erased with them. The model is told by the bell that it does not know them any more.
        """
        digest = self._hasher.of_customer(customer_id)
        with self._database.writing() as connection:
            ids = ids_of(connection, [customer_id])
            counts = {"events": connection.execute(delete(events).where(of_people(ids))).rowcount}
            counts |= forget(connection, ids) | records.forget(connection, ids)
            mine = or_(session_links.c.customer_id.in_(ids), session_links.c.session_id.in_(ids))
            counts["session_links"] = connection.execute(delete(session_links).where(mine)).rowcount
            audited = or_(merges.c.customer_id.in_(ids), merges.c.session_id.in_(ids))
            counts["merges"] = connection.execute(delete(merges).where(audited)).rowcount
            known = identities.c.customer_id.in_(ids)
            counts["identities"] = connection.execute(delete(identities).where(known)).rowcount
            connection.execute(delete(erasures).where(erasures.c.hash == digest))
            connection.execute(insert(erasures).values(hash=digest, at=at))
            self._ring(ids)  # for whoever dies between here and the next one
        self._ring(ids)
        return counts

    def _ring(self, ids: Sequence[str]) -> None:
        bell = self._database.bell()
        if bell is not None:
            bell.ring([*ids, ERASED])

    def _directory(self, bundle: Bundle) -> Directory | None:
        """The directory of a bundle, if it was made with the key of this service."""
        directory = bundle.directory
        return directory if directory and directory.made_with(self._hasher.fingerprint) else None


def in_bundle(bundle: Bundle, customer_id: str) -> bool:
    """Whether a model knows a customer: by orders, subscriptions, or the customers table."""
    maps = [bundle.customers]
    maps += [bundle.plan_nudges.subscribers] if bundle.plan_nudges else []
    maps += [bundle.directory.customers] if bundle.directory else []
    return any(each.index(customer_id) >= 0 for each in maps)


def of_model(bundle: Bundle, customer_id: str) -> dict[str, Any] | None:
    """What a model holds of a customer: what they bought, and what was listed for them."""
    at = bundle.customers.index(customer_id)
    if at < 0:
        return None
    bought, lists = bundle.buy_again.of(at).products, bundle.customer_lists
    return {
        "model_version": bundle.facts.version,
        "bought": bundle.products.take(bought),
        "listed": {
            "cross_sell": bundle.products.take(lists.new.of(at).products),
            "buy_again": bundle.products.take(lists.again.of(at).products),
        },
    }
