"""The book of contacts: reads what the rules need to know, and claims contacts one at a time a customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Row, delete, func, insert, select

from models.contact_rules import (
    Alert,
    Contact,
    ContactHistory,
    ContactRules,
    Dismissal,
    Subject,
    Suppression,
    resting,
    suppressed,
)
from service.contacts.schema import campaign_offers, contact_states, contact_subjects, contacts, dismissals
from service.ledger.people import IDS, Resolver, alone

# Consents of a person by channel, by all their ids; see `models.contact_rules.ContactHistory`.
Consents = Callable[[Connection, Sequence[str]], Mapping[str, bool | None]]


CONTACTS = select(contacts).where(contacts.c.customer_id.in_(IDS)).order_by(contacts.c.at)
SUBJECTS = (
    select(contact_subjects.c.contact_id, contact_subjects.c.product_id, contact_subjects.c.plan_id)
    .join(contacts, contacts.c.contact_id == contact_subjects.c.contact_id)
    .where(contacts.c.customer_id.in_(IDS))
)
DISMISSALS = select(dismissals).where(dismissals.c.customer_id.in_(IDS)).order_by(dismissals.c.at)
STATES = select(contact_states).where(contact_states.c.customer_id.in_(IDS))
HELD = (contacts, dismissals, contact_states, campaign_offers)


class Writable(Protocol):
    """A database, as far as this needs it: one transaction for each `with`."""

    def reading(self) -> AbstractContextManager[Connection]: ...

    def writing(self) -> AbstractContextManager[Connection]: ...


@dataclass(frozen=True, slots=True)
class Claim:
    """A contact that is about to be made, or was made: with whom, what, and what it belongs to."""

    customer_id: str
    contact: Contact
    campaign_id: str | None = None
    recommendation_id: str | None = None
    event_id: str | None = None

    @property
    def contact_id(self) -> str:
        """The same for all that tell of one contact: a campaign's mail, an answer, or a single event."""
        if self.campaign_id is not None:
            return f"campaign|{self.campaign_id}|{self.customer_id}"
        if self.recommendation_id is not None:
            return f"recommendation|{self.recommendation_id}"
        return f"event|{self.event_id}"


def no_consents(_: Connection, ids: Sequence[str]) -> Mapping[str, bool | None]:
    """The consents of a shop that keeps none: nobody was asked."""
    return {}


class ContactBook:
    """All contacts with customers, over all channels."""

    def __init__(
        self,
        database: Writable,
        rules: ContactRules,
        consents: Consents = no_consents,
        resolver: Resolver = alone,
    ) -> None:
        self._database = database
        self._rules = rules
        self._consents = consents
        self._resolver = resolver

    def history(self, customer_id: str) -> ContactHistory:
        """What the rules need to know about a customer."""
        with self._database.reading() as connection:
            return self.history_in(connection, customer_id)

    def suppressed(self, customer_id: str, planned: Contact) -> list[Suppression]:
        """Every rule against a contact, if it were made now; nothing is written."""
        return suppressed(self.history(customer_id), planned, self._rules)

    def claim(self, claim: Claim) -> list[Suppression]:
        """Make a contact if no rule is against it; else say which are. All in one transaction.

        Claims for one customer wait for each other, so that together they keep within the caps. What was
        claimed before under the same id is not judged or counted again.
        """
        with self._database.writing() as connection:
            self.lock(connection, [claim.customer_id])
            if _known(connection, claim) is not None:
                return []
            history = self.history_in(connection, claim.customer_id)
            found = suppressed(history, claim.contact, self._rules)
            if not found:
                _insert(connection, claim)
            return found

    def lock(self, connection: Connection, customer_ids: Iterable[str]) -> None:
        """Let others wait who write about the same people, until the caller's transaction ends."""
        _lock(connection, self._resolver(connection, list(customer_ids)))

    def record(self, connection: Connection, made: Sequence[Claim]) -> None:
        """Write down contacts that were made, whatever the rules say: they are facts. Repeats do nothing.

        Runs in the caller's transaction, after `lock`. A subject that the contact did not have is added.
        """
        for each in made:
            known = _known(connection, each)
            if known is None:
                _insert(connection, each)
            else:
                _add_subjects(connection, known, each.contact.subjects)

    def history_in(self, connection: Connection, customer_id: str) -> ContactHistory:
        """The same as `history`, within a transaction of the caller."""
        ids = self._resolver(connection, [customer_id])
        plan_changed_at, complaint_since = _state(connection, ids)
        return ContactHistory(
            tuple(_contacts(connection, ids)),
            tuple(_dismissals(connection, ids)),
            self._consents(connection, ids),
            plan_changed_at,
            complaint_since,
        )


def resting_products(
    connection: Connection, ids: Sequence[str], now: int, rules: ContactRules
) -> Sequence[str]:
    """The products that a person declined and that rest now, on every page and channel."""
    history = ContactHistory(dismissals=tuple(_dismissals(connection, ids)))
    declined = dict.fromkeys(each.subject.product_id for each in history.dismissals)
    return [each for each in declined if each and resting(history, Subject(each), now, rules) is not None]


def forget(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Erase all that this part of the database holds about a person, in the caller's transaction.

    How many rows that were, by table.
    """
    theirs = select(contacts.c.contact_id).where(contacts.c.customer_id.in_(ids))
    connection.execute(delete(contact_subjects).where(contact_subjects.c.contact_id.in_(theirs)))
    return {
        str(table.name): connection.execute(delete(table).where(table.c.customer_id.in_(ids))).rowcount
        for table in HELD
    }


def held(connection: Connection, ids: Sequence[str]) -> dict[str, list[dict[str, object]]]:
    """All that this part of the database holds about a person: rows as plain values, by table."""
    rows = {
        str(table.name): [
            plain_row(row) for row in connection.execute(select(table).where(table.c.customer_id.in_(ids)))
        ]
        for table in HELD
    }
    theirs = select(contacts.c.contact_id).where(contacts.c.customer_id.in_(ids))
    subjects = select(contact_subjects).where(contact_subjects.c.contact_id.in_(theirs))
    return {**rows, str(contact_subjects.name): [plain_row(row) for row in connection.execute(subjects)]}


def plain_row(row: Row[tuple[object, ...]]) -> dict[str, object]:
    """A row by column, without what is not known."""
    return {str(name): value for name, value in row._mapping.items() if value is not None}


def _lock(connection: Connection, ids: Iterable[str]) -> None:
    """Let others wait who write about these customers. On SQLite a writing transaction is alone anyway.

    Always in one order, or two transactions could wait for each other. Transactions must be READ COMMITTED:
    what is read after the lock must be what the one before committed.
    """
    if connection.dialect.name == "postgresql":
        for one in sorted(set(ids)):
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(one, 0))))


def _known(connection: Connection, claim: Claim) -> str | None:
    """The id of this contact in the book, None where it is not there."""
    query = select(contacts.c.contact_id).where(contacts.c.contact_id == claim.contact_id)
    found: str | None = connection.execute(query).scalar()
    if found is None and claim.recommendation_id is not None:
        query = select(contacts.c.contact_id).where(contacts.c.recommendation_id == claim.recommendation_id)
        found = connection.execute(query.limit(1)).scalar()
    return found


def _insert(connection: Connection, claim: Claim) -> None:
    contact, alert = claim.contact, claim.contact.alert
    connection.execute(
        insert(contacts).values(
            contact_id=claim.contact_id,
            customer_id=claim.customer_id,
            channel=contact.channel,
            kind=contact.kind,
            at=contact.at,
            campaign_id=claim.campaign_id,
            recommendation_id=claim.recommendation_id,
            **(alert._asdict() if alert else {}),
        )
    )
    _add_subjects(connection, claim.contact_id, contact.subjects)


def _add_subjects(connection: Connection, contact_id: str, subjects: Iterable[Subject]) -> None:
    table = contact_subjects
    query = select(table.c.product_id, table.c.plan_id).where(table.c.contact_id == contact_id)
    known = {Subject(*row) for row in connection.execute(query)}
    rows = [
        {"contact_id": contact_id, **subject._asdict()}
        for subject in dict.fromkeys(subjects)
        if subject not in known
    ]
    if rows:
        connection.execute(insert(table), rows)


def _contacts(connection: Connection, ids: Sequence[str]) -> Iterable[Contact]:
    rows = connection.execute(CONTACTS, {"ids": ids}).all()
    subjects: dict[str, list[Subject]] = {}
    for contact_id, product_id, plan_id in connection.execute(SUBJECTS, {"ids": ids}) if rows else ():
        subjects.setdefault(contact_id, []).append(Subject(product_id, plan_id))
    for row in rows:
        yield Contact(row.at, row.channel, row.kind, tuple(subjects.get(row.contact_id, ())), _alert(row))


def _alert(row: Row[tuple[object, ...]]) -> Alert | None:
    return None if row.meter is None else Alert(row.meter, row.threshold, row.cycle)


def _dismissals(connection: Connection, ids: Sequence[str]) -> Iterable[Dismissal]:
    for row in connection.execute(DISMISSALS, {"ids": ids}):
        yield Dismissal(row.at, row.channel, Subject(row.product_id, row.plan_id))


def _state(connection: Connection, ids: Sequence[str]) -> tuple[int | None, int | None]:
    """The last change of plan, and since when a complaint is open."""
    rows = connection.execute(STATES, {"ids": ids}).all()
    changed = max((row.plan_changed_at for row in rows if row.plan_changed_at is not None), default=None)
    since = min((row.complaint_at for row in rows if row.complaint_open), default=None)
    return changed, since
